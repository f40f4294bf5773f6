import { withGrant } from '../../config/operator/grant-edit.ts'
import type { InventoryEdit } from '../../config/operator/inventory-edit.ts'
import { parseOperatorFile } from '../../config/operator-file.ts'
import type { HostRule, OperatorFile } from '../../domain/configuration.ts'
import type { Draft } from '../../domain/plan.ts'
import { problemText } from '../../domain/problem.ts'
import { sentenceOf } from '../../domain/reason.ts'
import { fullName, type Repository } from '../../domain/repository.ts'
import { readTaken, takeScript } from '../../host/adoption/take.ts'
import { registryOf } from '../../plan/reference.ts'
import { allowedHosts, grantFor } from '../../policy/hosts.ts'
import { adoptionRequest } from '../../report/adoption.ts'
import type { AdminSession } from '../bootstrap.ts'
import type { Ports } from '../ports.ts'
import type { EditTools } from '../secret-edit.ts'
import { type Refusal, refused } from '../secret-place.ts'
import { draftAdoption } from './draft.ts'
import { projectFiles } from './files.ts'
import type { FoundMachine, FoundProject } from './find.ts'
import { type Place, type PlaceWanted, placeOf } from './place.ts'
import { withProposed } from './proposed.ts'

/** Who is to look after what. */
export interface AdoptionWanted extends PlaceWanted {
  /** Name of the Compose project. */
  project: string
  also: readonly string[]
  host: HostRule
  /** Folder of releases there. */
  root: string
  /** Name of the operating system's user. */
  user: string
}

/** The operator's file, to be changed where it does not grant this yet. */
export interface OperatorText {
  file: string
  text: string
  /** Writes the grant, and says what came of it. False where it could not. */
  change(edit: InventoryEdit, grant: GrantWanted): boolean
}

export type GrantWanted = Parameters<typeof withGrant>[2]

export interface Adopted {
  kind: 'adopted'
  repository: Repository
  environment: string
  /** Of the pull request. */
  number: number
  draft: Draft
}

type AdoptPorts = Ports & Omit<EditTools, 'identity'>

/**
 * Hands what runs to a repository: everything is planned first, as any deployment is, and only what can be planned is proposed. Then the host is
 * told where the project lies, what runs is remembered, and a pull request brings the files. No container is touched.
 */
export async function adopt(
  wanted: AdoptionWanted,
  machine: FoundMachine,
  operator: OperatorText,
  session: Pick<AdminSession, 'run'>,
  ports: AdoptPorts,
): Promise<Adopted | Refusal> {
  const found = machine.projects.find(({ name }) => name === wanted.project)
  if (!found) return refused(`there is no Compose project ${wanted.project}`, 'Run this without a project to see which there are')
  if (found.obstacles.length > 0)
    return refused(`${found.name}: ${found.obstacles.join(';\n')}`, 'Then run this again. Nothing was changed')
  const place = await placeOf(wanted, found, ports)
  if (place.kind === 'refused') return place
  const { repository, branch, head, environment } = place
  const written = await projectFiles({ ...place, host: wanted.host.name, also: wanted.also }, found, machine.images, ports)
  if (written.kind === 'refused') return written

  const grant = {
    repository: fullName(repository),
    project: found.name,
    environment,
    host: wanted.host.name,
    registries: registriesOf(found, operator),
  }
  const edit = withGrant(operator.text, operator.file, grant, (file) => suffices(file, grant))
  if (edit.kind === 'invalid') return refused(edit.problems.map(problemText).join('\n'), 'Correct the file first')
  const known = parseOperatorFile(edit.kind === 'edited' ? edit.text : operator.text, operator.file)
  if (known.kind === 'invalid') return refused(known.problems.map(problemText).join('\n'), 'Correct the file first')
  if (!suffices(known.value, grant) && !operator.change(edit, grant)) return refused('that is not granted yet', 'Then run this again')

  const drafted = await draftAdoption(
    {
      ...{ id: `adoption of ${found.name}`, intent: '', kind: 'deploy', repository, project: found.name, environment, revision: head },
      ...{ branch: head, actor: wanted.user, state: 'queued', createdAt: ports.clock.now().toISOString() },
    },
    branch,
    found,
    machine.images,
    {
      ...ports,
      operator: { current: () => known.value },
      github: withProposed(ports.github, { repository, at: head, files: written.files }),
    },
  )
  if (drafted.kind !== 'ok') return refused(sentenceOf(drafted.reason), 'Nothing was changed')
  const { draft, adoption } = drafted.value

  if (edit.kind === 'edited' && !operator.change(edit, grant)) return refused('that is not granted yet', 'Then run this again')
  const { user } = wanted.host
  const taken = await session.run(takeScript({ user, root: wanted.root, project: found.name, environment, folder: found.folder }))
  const why = taken.code === 0 ? readTaken(taken.stdout) : taken.stderr.trim()
  if (why !== undefined) return refused(why, 'No container was touched')
  await ports.store.adoptions.keep(adoption)

  const words = adoptionRequest({
    ...found,
    draft,
    environment,
    host: wanted.host.name,
    user: wanted.user,
    pinned: written.pinned,
    replaced: await replacedBy(written.files, place, ports),
  })
  const files = [...written.files].map(([path, text]) => ({ path, text }))
  const proposal = `landfall/adopt/${environment}`
  const made = await ports.github.commitFiles(repository, {
    branch: proposal,
    parent: head,
    files,
    message: `${words.title}\n\n${words.body}`,
  })
  if (made.kind === 'refused') return refused(made.why, `Delete the branch ${proposal} if it is left over, or see what the App may`)
  const opened = await ports.github.openPullRequest(repository, { head: proposal, base: branch, ...words })
  if (opened.kind === 'refused') return refused(`${proposal} holds the files, but has no pull request: ${opened.why}`, 'Open it yourself')
  return { kind: 'adopted', repository, environment, number: opened.number, draft }
}

/** Registries that the operator has logins for and the project has images in. */
function registriesOf({ containers }: FoundProject, { text, file }: OperatorText): string[] {
  const parsed = parseOperatorFile(text, file)
  const known = parsed.kind === 'ok' ? Object.keys(parsed.value.registries) : []
  return known.filter((registry) => containers.some(({ reference }) => registryOf(reference) === registry))
}

const suffices = (operator: OperatorFile, { repository, project, environment, host, registries }: GrantWanted): boolean =>
  allowedHosts({ operator, repository, project, environment, asked: [host] }).kind === 'allowed' &&
  registries.every((one) => grantFor(operator, repository)?.registries.includes(one))

/** Files that the repository has with other contents. */
async function replacedBy(
  files: ReadonlyMap<string, string>,
  { repository, head }: Place,
  { github }: Pick<Ports, 'github'>,
): Promise<string[]> {
  const others = await Promise.all(
    [...files].map(async ([path, text]) => {
      const there = await github.file(repository, path, head)
      return there !== undefined && there !== text ? [path] : []
    }),
  )
  return others.flat()
}

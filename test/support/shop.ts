export const shopImage = 'registry.example.com/acme/shop'
export const databaseImage = 'registry.example.com/acme/database'

/** An app built by the repository and a database that is not. */
export const composeYml = `services:
  web:
    image: ${shopImage}:\${TAG}
    environment: { DB_PASSWORD: "\${DB_PASSWORD}" }
  db:
    image: ${databaseImage}:1
`

export interface ShopOptions {
  /** Hosts the repository's file names. */
  follows?: string[]
  /** In their place hosts with Compose profiles, as they are written: `{ web-1: [web] }`. */
  placed?: string
  /** How long Landfall waits for an image. */
  imageWithin?: string
  /** How long the app may take to become well. */
  within?: string
  /** How long the app is watched once it is well. */
  soak?: string
  /** What else the app's rule asks, as it is written: `command: [bin/healthy]`. */
  asks?: string
  /** What is asked of its public address, as it is written: `{ health: / }`. */
  atUrl?: string
  /** How long production bakes. */
  bake?: string
  /** Gates of production, as they are written in the file: `checks: all, approve: {}`. */
  gates?: string
  /** How production's hosts are switched, as it is written: `{ canary: 1 }`. */
  rollout?: string
  /** Hosts of staging, which follows the same branch unless another is named; without hosts there is no staging. */
  staging?: string[]
  stagingBranch?: string
  /** What else staging says, as it is written: `bake: 3m`. */
  stagingSays?: string
}

/** `.github/landfall.yml` of the shop. */
export const landfallYml = ({
  follows = ['web-1'],
  placed = `[${follows.join(', ')}]`,
  imageWithin = '10m',
  within = '20s',
  soak = '2s',
  asks,
  atUrl,
  bake,
  gates,
  rollout,
  staging = [],
  stagingBranch = 'main',
  stagingSays,
}: ShopOptions = {}): string => `version: 1
project: shop
images: { web: { repository: ${shopImage} } }
defaults:
  image-within: ${imageWithin}
  verify: { web: { port: 3000, health: /health, version: "/health#/version", within: ${within}, soak: ${soak}${asks ? `, ${asks}` : ''} } }
environments:
  production: { branch: main, hosts: ${placed}, env: deploy/production.env, url: "https://shop.example.com"${atUrl ? `, verify-url: ${atUrl}` : ''}${bake ? `, bake: ${bake}` : ''}${gates ? `, ${gates}` : ''}${rollout ? `, rollout: ${rollout}` : ''} }
${staging.length > 0 ? `  staging: { branch: ${stagingBranch}, hosts: [${staging.join(', ')}], env: deploy/production.env${stagingSays ? `, ${stagingSays}` : ''} }\n` : ''}notify: ["slack:deploys"]
`

export const shopFiles = (options: ShopOptions): Record<string, string> => ({
  '.github/landfall.yml': landfallYml(options),
  'compose.yml': composeYml,
  'deploy/production.env': 'DB_PASSWORD=open-sesame\n',
})

import { expect, test } from 'vitest'
import { apartOf } from '../../src/plan/apart.ts'
import { givenTo } from '../../src/plan/binds.ts'
import { readModel } from '../../src/plan/model.ts'

const modelOf = (web: object, more: object = {}) => readModel({ services: { web }, ...more })

test.each<[why: string, web: object, expected: object]>([
  ['nothing of its own', { networks: { default: null }, environment: { PORT: '80' } }, {}],
  ['an address', { networks: { front: { ipv4_address: '10.0.0.2' }, back: null } }, { networks: ['front', 'back'] }],
  ['a name', { networks: { front: { aliases: ['shop'] } } }, { networks: ['front'] }],
  ['a place among gateways', { networks: { front: { priority: 9 } } }, {}],
  ['a name for a proxy', { environment: { VIRTUAL_HOST: 'shop.example', PORT: '80' } }, { announced: ['VIRTUAL_HOST'] }],
])('another container of a service that has %s', (_why, web, expected) => {
  const { services } = modelOf(web)
  expect(services.web && apartOf(services.web)).toEqual(expected)
})

const bind = (source: string) => ({ type: 'bind', source, target: `/${source.length}` })

test.each<[why: string, web: object, more: object, expected: string[]]>([
  ['folders and files, each once', { volumes: [bind('./pg/'), bind('pg'), bind('conf/a.conf')] }, {}, ['conf/a.conf', 'pg']],
  ['nothing of the host’s own', { volumes: [bind('/srv/shop'), bind('~/shop'), { type: 'volume', source: 'pg', target: '/pg' }] }, {}, []],
  ['not the folder itself, nor what lies beside it', { volumes: [bind('.'), bind('..'), bind('../other')] }, {}, []],
  [
    'secrets and settings from files',
    { secrets: [{ source: 'key' }, { source: 'given' }], configs: [{ source: 'site' }] },
    { secrets: { key: { file: './tls/key' }, given: { environment: 'KEY' } }, configs: { site: { file: './site.conf' } } },
    ['site.conf', 'tls/key'],
  ],
])('containers are given of the project folder: %s', (_why, web, more, expected) => {
  expect(givenTo('web', modelOf(web, more))).toEqual(expected)
})

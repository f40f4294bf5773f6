import ssh2 from 'ssh2'

/** A key pair in OpenSSH's own formats. */
export interface KeyPair {
  private: string
  /** `ssh-ed25519 AAAA… comment` */
  public: string
}

/**
 * Makes an Ed25519 key pair. ssh2 cuts zero bytes off the beginning of a public key, so that of 256 pairs it makes nobody
 * can read one (mscdex/ssh2#1513, in 1.17): such a pair is thrown away.
 */
export function newKeyPair(comment = ''): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    if (![pair.private, pair.public].some((text) => ssh2.utils.parseKey(text) instanceof Error)) return pair
  }
}

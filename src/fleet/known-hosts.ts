import { createHmac } from 'node:crypto';

/** One key of a known_hosts file. */
export interface HostKey {
  /** Such as `ssh-ed25519`. */
  type: string;
  /** As it travels in the protocol. */
  key: Buffer;
  /** Marked `@revoked`: whoever shows it is refused. */
  revoked: boolean;
}

/**
 * The keys that a known_hosts text (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT") gives for a host under any of its names,
 * hashed names and patterns included. Another port than 22 is part of the name: `[name]:port`. Certificate authorities
 * are passed over.
 */
export function knownKeys(text: string, names: readonly string[], port: number): HostKey[] {
  const wanted = port === 22 ? names : names.flatMap((name) => `[${name}]:${port}`);
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
    const [hosts = '', type = '', base64 = ''] = fields;
    if (hosts === '' || hosts.startsWith('#') || base64 === '') return [];
    if (marker !== undefined && marker !== '@revoked') return [];
    if (!wanted.some((name) => matches(hosts, name))) return [];
    return [{ type, key: Buffer.from(base64, 'base64'), revoked: marker === '@revoked' }];
  });
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return isHashOf(hosts, name);
  const patterns = hosts.split(',');
  const excluded = patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1), name));
  return !excluded && patterns.some((pattern) => !pattern.startsWith('!') && fits(pattern, name));
}

/** `|1|<salt>|<HMAC-SHA1 of the name>`. */
function isHashOf(hosts: string, name: string): boolean {
  const [, , salt = '', hash = ''] = hosts.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` stands for any characters, `?` for one. */
function fits(pattern: string, name: string): boolean {
  const source = pattern.toLowerCase().replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name.toLowerCase());
}

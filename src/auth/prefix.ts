// Prefixes of addresses, such as 192.0.2.0/24 and 2001:db8::/32: reads them, and says which addresses they cover. Pure.

/** The address as bits, with as many bits as the prefix fixes. */
type Prefix = { bits: string; length: number };

/** The shortest prefixes: more than one provider's customers would be one too many. */
const shortest = { 32: 8, 128: 16 } as const;

/** The canonical text of a prefix, or of an address for itself alone; `undefined` if it is none, or too short. */
export function canonicalPrefix(text: string): string | undefined {
	const prefix = read(text);
	return prefix && textOf(prefix);
}

/** `prefix` is canonical. */
export function coversAddress(prefix: string, address: string): boolean {
	const of = read(prefix);
	const bits = bitsOf(address);
	return of !== undefined && bits !== undefined && bits.length === of.bits.length && bits.startsWith(of.bits.slice(0, of.length));
}

function read(text: string): Prefix | undefined {
	const [, address = "", given] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
	const bits = bitsOf(address);
	if (bits === undefined) return undefined;
	const length = given === undefined ? bits.length : Number(given);
	if (length > bits.length || length < shortest[bits.length as 32 | 128]) return undefined;
	return { bits: bits.slice(0, length).padEnd(bits.length, "0"), length };
}

/** 32 or 128 bits. An IPv4 address in the form of IPv6 counts as what it is. */
function bitsOf(address: string): string | undefined {
	const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
	const parts = (mapped ?? address).split(".");
	if (parts.length === 4) return bytesOf(parts);
	const groups = groupsOf(address);
	return groups?.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}

function bytesOf(parts: readonly string[]): string | undefined {
	const isValid = parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
	return isValid ? parts.map((part) => Number(part).toString(2).padStart(8, "0")).join("") : undefined;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): string[] | undefined {
	const halves = address.split("::");
	if (halves.length > 2) return undefined;
	const [start = [], end = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
	const missing = 8 - start.length - end.length;
	if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
	const groups = [...start, ...Array<string>(missing).fill("0"), ...end];
	return groups.every((group) => /^[\da-f]{1,4}$/i.test(group)) ? groups : undefined;
}

function textOf({ bits, length }: Prefix): string {
	if (bits.length === 32) return `${(bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)).join(".")}/${length}`;
	const groups = (bits.match(/.{16}/g) ?? []).map((group) => Number.parseInt(group, 2).toString(16));
	const used = Math.ceil(length / 16);
	return used === 8 ? `${groups.join(":")}/${length}` : `${groups.slice(0, used).join(":")}::/${length}`;
}

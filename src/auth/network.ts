// The network that a request comes from, by which requests are counted before anybody is known. Pure.

/**
 * The network of an address: the /64 of an IPv6 address, of which one customer has every address, and an IPv4 address itself.
 * Anything else is a network of its own.
 */
export function networkOf(address: string): string {
	const mapped = /^(?:0*:)*:?(?:0*:)*ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
	if (mapped !== undefined) return mapped;
	if (!address.includes(":")) return address;
	const [before = "", after] = address.toLowerCase().split("::");
	const start = groupsOf(before);
	const end = after === undefined ? [] : groupsOf(after);
	const zeros = after === undefined ? [] : Array<string>(Math.max(0, 8 - start.length - end.length)).fill("0");
	const prefix = [...start, ...zeros, ...end].slice(0, 4);
	return `${prefix.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}

/** The site of a network: the /48 around a /64, which one customer may have. `undefined` for anything else. */
export function siteOf(network: string): string | undefined {
	const prefix = /^((?:[\da-f]+:){2}[\da-f]+):[\da-f]+::\/64$/.exec(network)?.[1];
	return prefix && `${prefix}::/48`;
}

/** An IPv4 address at the end stands for two groups; neither is part of a prefix. */
function groupsOf(part: string): string[] {
	if (part === "") return [];
	return part.split(":").flatMap((group) => (group.includes(".") ? ["0", "0"] : [group]));
}

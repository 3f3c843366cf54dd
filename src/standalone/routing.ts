// Decides as Cloudflare's edge does which requests the Worker answers and which the static files of the page answer. Pure.

import type { Standalone } from "./standalone.ts";

export function isForWorker(request: Request, { workerFirst, files }: Standalone): boolean {
	const { pathname } = new URL(request.url);
	const matches = (pattern: string) => patternOf(pattern).test(pathname);
	const excluded = workerFirst.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
	if (excluded.some(matches)) return false;
	if (workerFirst.some((pattern) => !pattern.startsWith("!") && matches(pattern))) return true;
	// Other paths lead to the page if somebody opens them, and nowhere if a program asks.
	return !Object.hasOwn(files, pathname) && pathname !== "/index.html" && request.headers.get("sec-fetch-mode") !== "navigate";
}

export function patternOf(pattern: string): RegExp {
	return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);
}

/** The request as Cloudflare's edge passes it on: its client's address and the scheme that the client used. Clients can forge neither. */
export function atEdge(request: Request, { isBehindProxy }: Standalone): Request {
	const url = new URL(request.url);
	const headers = new Headers(request.headers);
	const forwarded = isBehindProxy ? headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
	const address = forwarded || withoutPort((request.cf as { clientIp?: string } | undefined)?.clientIp ?? "");
	if (address) headers.set("cf-connecting-ip", address);
	else headers.delete("cf-connecting-ip");
	headers.delete("cf-ray");
	if (isBehindProxy && headers.get("x-forwarded-proto") === "https") url.protocol = "https:";
	return new Request(url, new Request(request, { headers }));
}

/** `192.0.2.7:4711` and `[2001:db8::1]:4711`, as workerd names a peer. */
export function withoutPort(peer: string): string {
	return /^\[(.*)\](?::\d+)?$/.exec(peer)?.[1] ?? /^([\d.]+):\d+$/.exec(peer)?.[1] ?? peer;
}

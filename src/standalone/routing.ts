// Decides, as Cloudflare's edge does, which requests go to the Worker and which to the static files of the page. Pure.

import type { Standalone } from "./standalone.ts";

export function isForWorker(request: Request, { workerFirst, files }: Standalone): boolean {
	const { pathname } = new URL(request.url);
	const matches = (pattern: string) => patternOf(pattern).test(pathname);
	const excluded = workerFirst.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
	if (excluded.some(matches)) return false;
	if (workerFirst.some((pattern) => !pattern.startsWith("!") && matches(pattern))) return true;
	// For other paths, a browser that opens them gets the page, and a program gets the Worker's 404.
	return !Object.hasOwn(files, pathname) && pathname !== "/index.html" && request.headers.get("sec-fetch-mode") !== "navigate";
}

export function patternOf(pattern: string): RegExp {
	return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);
}

/** The request as Cloudflare's edge would pass it on, with the client's address and scheme. Clients can forge neither. */
export function atEdge(request: Request, { isBehindProxy }: Standalone): Request {
	const url = new URL(request.url);
	const headers = new Headers(request.headers);
	const forwarded = isBehindProxy ? headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
	// Some proxies append the port, and each connection would count as another address.
	const address = withoutPort(forwarded || ((request.cf as { clientIp?: string } | undefined)?.clientIp ?? ""));
	if (address) headers.set("cf-connecting-ip", address);
	else headers.delete("cf-connecting-ip");
	headers.delete("cf-ray");
	if (isBehindProxy && headers.get("x-forwarded-proto") === "https") url.protocol = "https:";
	return new Request(url, new Request(request, { headers }));
}

/** The address of a peer that workerd or a proxy names `192.0.2.7:4711` or `[2001:db8::1]:4711`. */
export function withoutPort(peer: string): string {
	return /^\[(.*)\](?::\d+)?$/.exec(peer)?.[1] ?? /^([\d.]+):\d+$/.exec(peer)?.[1] ?? peer;
}

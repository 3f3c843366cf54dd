// The service worker: caches this build of the page and serves it, also offline. It never touches
// the API, and sockets bypass it. It is our own because vite-plugin-pwa does the same with 328 more
// packages.
//
// Web push is in push/handler.ts.
//
// The page and its parts always come from the same build. A newer build is cached beside it. It
// waits until the last tab is closed or somebody asks for it; then every tab reloads.

/**
 * Filled in by the build: every path with its integrity. It is empty for the page itself, which a
 * proxy may change.
 */
declare const __SHELL__: [path: string, integrity: string][];
declare const __VERSION__: string;

import { handleClick, handlePush } from "../push/handler.ts";

/** Only the worker types that are used: the whole library would add them to every file of the page. */
interface WorkerEvent extends Event {
	waitUntil(done: Promise<unknown>): void;
}
interface FetchEvent extends WorkerEvent {
	readonly request: Request;
	respondWith(response: Promise<Response>): void;
}
interface PushEvent extends WorkerEvent {
	readonly data: { json(): unknown } | null;
}
interface ClickEvent extends WorkerEvent {
	readonly notification: Notification;
}
interface Worker {
	addEventListener(type: "install" | "activate", listener: (event: WorkerEvent) => void): void;
	addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
	addEventListener(type: "push", listener: (event: PushEvent) => void): void;
	addEventListener(type: "notificationclick", listener: (event: ClickEvent) => void): void;
	addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
	skipWaiting(): Promise<void>;
	readonly registration: ServiceWorkerRegistration;
	readonly clients: Parameters<typeof handleClick>[1] & {
		matchAll(options: { type: "window" }): Promise<readonly { postMessage(message: string): void }[]>;
	};
}

const worker = self as unknown as Worker;
const shell = new Map(__SHELL__);
const prefix = "shell ";
const cacheName = prefix + __VERSION__;

/**
 * During development each reload shows the latest build: the network comes first, and a new worker
 * does not wait.
 */
const isDevelopment = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

let isAskedFor = false;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("message", ({ data }) => {
	if (data !== "take over") return;
	isAskedFor = true;
	void worker.skipWaiting();
});
worker.addEventListener("push", (event) => {
	try {
		event.waitUntil(handlePush(event.data?.json(), worker.registration, location.origin));
	} catch {
		// No JSON, so it is not ours.
	}
});
worker.addEventListener("notificationclick", (event) => event.waitUntil(handleClick(event.notification, worker.clients, location.origin)));
worker.addEventListener("fetch", (event) => {
	const { method, mode, url } = event.request;
	const { origin, pathname } = new URL(url);
	if (method !== "GET" || origin !== location.origin || pathname.startsWith("/api/")) return;
	if (shell.has(pathname)) event.respondWith(isDevelopment && pathname === "/" ? fresh(event.request) : kept(pathname, event.request));
	// The frame that draws diagrams is kept by the browser, if it was used. The page must not come in its place.
	else if (mode === "navigate" && !pathname.startsWith("/diagrams/"))
		event.respondWith(isDevelopment ? fresh(event.request) : kept("/", event.request));
});

/** Fails as a whole if one file fails. */
async function install(): Promise<void> {
	const cache = await caches.open(cacheName);
	await Promise.all([...shell].map(async ([path, integrity]) => cache.put(path, await load(path, integrity))));
	if (isDevelopment) await worker.skipWaiting();
}

async function load(path: string, integrity: string): Promise<Response> {
	// A file named by its content is the same in every build.
	const known = path.startsWith("/assets/") ? await caches.match(path) : undefined;
	if (known) return known;
	// The server answers with the page for a file that does not exist. The integrity catches that.
	const response = await fetch(path, { cache: "reload", ...(integrity && { integrity }) });
	if (!response.ok) throw new Error(`${path}: ${response.status}`);
	if (path === "/") await check(response.clone());
	return response;
}

/** During a deployment the worker may come from the new build and the page still from the old one. */
async function check(page: Response): Promise<void> {
	const parts = (await page.text()).match(/\/assets\/[\w.-]+/g);
	if (!parts?.every((path) => shell.has(path))) throw new Error("The page is of another build.");
}

/**
 * Reloads all tabs if somebody asked for this version. Tabs of older builds listen for this
 * message: it must not change.
 */
async function takeOver(): Promise<void> {
	for (const one of await caches.keys()) if (one.startsWith(prefix) && one !== cacheName) await caches.delete(one);
	if (isAskedFor) for (const tab of await worker.clients.matchAll({ type: "window" })) tab.postMessage("begin anew");
}

async function kept(path: string, request: Request): Promise<Response> {
	// The browser may have deleted the cache.
	return (await caches.match(path, { cacheName })) ?? fetch(request);
}

async function fresh(request: Request): Promise<Response> {
	try {
		return await fetch(request.url, { cache: "reload" });
	} catch {
		return kept("/", request);
	}
}

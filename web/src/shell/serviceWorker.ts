// The service worker: keeps this build's page and all its parts, and answers with them, also without a network. Our own and small:
// vite-plugin-pwa does the same with 328 more packages. It never touches the API, and sockets do not come by here.
//
// The page comes from the cache, always of one build with its parts: a page of one and a part of another never meet. A newer build is
// fetched beside it and waits until the last tab is closed, or somebody asks for it; then every tab begins anew.

/** Written here by the build: every path with its integrity. The page's own is empty: a proxy may change a page on its way. */
declare const __SHELL__: [path: string, integrity: string][];
declare const __VERSION__: string;

export {};

/** Of a worker's own types those that are used: the whole of them would be those of every page too. */
interface WorkerEvent extends Event {
	waitUntil(done: Promise<unknown>): void;
}
interface FetchEvent extends WorkerEvent {
	readonly request: Request;
	respondWith(response: Promise<Response>): void;
}
interface Worker {
	addEventListener(type: "install" | "activate", listener: (event: WorkerEvent) => void): void;
	addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
	addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
	skipWaiting(): Promise<void>;
	readonly clients: { matchAll(options: { type: "window" }): Promise<readonly { postMessage(message: string): void }[]> };
}

const worker = self as unknown as Worker;
const shell = new Map(__SHELL__);
const prefix = "shell ";
const cacheName = prefix + __VERSION__;

/** Where somebody builds the page, they want to see at each reload what they have built: the network comes first and a new one does not wait. */
const isWorkshop = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

let isAskedFor = false;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("message", ({ data }) => {
	if (data !== "take over") return;
	isAskedFor = true;
	void worker.skipWaiting();
});
worker.addEventListener("fetch", (event) => {
	const { method, mode, url } = event.request;
	const { origin, pathname } = new URL(url);
	if (method !== "GET" || origin !== location.origin || pathname.startsWith("/api/")) return;
	if (shell.has(pathname)) event.respondWith(isWorkshop && pathname === "/" ? fresh(event.request) : kept(pathname, event.request));
	else if (mode === "navigate") event.respondWith(isWorkshop ? fresh(event.request) : kept("/", event.request));
});

/** All or nothing. */
async function install(): Promise<void> {
	const cache = await caches.open(cacheName);
	await Promise.all([...shell].map(async ([path, integrity]) => cache.put(path, await fetched(path, integrity))));
	if (isWorkshop) await worker.skipWaiting();
}

async function fetched(path: string, integrity: string): Promise<Response> {
	// What is called by its content is the same in every build.
	const known = path.startsWith("/assets/") ? await caches.match(path) : undefined;
	if (known) return known;
	// What is not there, the server answers with the page.
	const response = await fetch(path, { cache: "reload", ...(integrity && { integrity }) });
	if (!response.ok) throw new Error(`${path}: ${response.status}`);
	if (path === "/") await check(response.clone());
	return response;
}

/** While a build is deployed, its worker may come from it and the page still from the one before. */
async function check(page: Response): Promise<void> {
	const parts = (await page.text()).match(/\/assets\/[\w.-]+/g);
	if (!parts?.every((path) => shell.has(path))) throw new Error("The page is of another build.");
}

async function takeOver(): Promise<void> {
	for (const one of await caches.keys()) if (one.startsWith(prefix) && one !== cacheName) await caches.delete(one);
	if (isAskedFor) for (const tab of await worker.clients.matchAll({ type: "window" })) tab.postMessage("begin anew");
}

async function kept(path: string, request: Request): Promise<Response> {
	// The browser may have taken the cache away.
	return (await caches.match(path, { cacheName })) ?? fetch(request);
}

async function fresh(request: Request): Promise<Response> {
	try {
		return await fetch(request.url, { cache: "reload" });
	} catch {
		return kept("/", request);
	}
}

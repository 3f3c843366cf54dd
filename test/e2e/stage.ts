// Opens the real page in a real browser, plays its server on the socket, and watches which elements a message's text becomes.
// Knows the allowed elements, but nothing about particular texts.

import { setTimeout as wait } from "node:timers/promises";
import type { Browser, WebSocketRoute } from "playwright-core";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import { messageEvent, type ServerEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import { claude } from "../../src/protocol/person.ts";
import { Visitor } from "./product.ts";

/** The fields that `watch` adds to the page's window. */
type Watched = { breaches: string[]; harm(): void };
declare const window: Window & typeof globalThis & Watched;

/** Runs in the page and checks every change: a text must not become a forbidden element, not even for a moment. */
function watch(): void {
	const breaches: string[] = [];
	const words = (text: string) => new Set(text.split(/\s+/));
	const tags =
		words(`a article bdi blockquote br button code del div em figcaption figure h2 h3 h4 h5 h6 header hr input kbd li ol p path pre
		section span strong sub sup svg table tbody td th thead time tr ul`);
	const attributes =
		words(`aria-controls aria-disabled aria-expanded aria-haspopup aria-hidden aria-label aria-live aria-posinset aria-pressed aria-setsize checked
		class d data-continued data-dark data-display data-hue data-icon data-id data-kind data-last data-level data-number data-numbered data-row data-source data-wide
		data-wrapped datetime dir disabled fill height href id popover popovertarget rel role start stroke stroke-linecap stroke-linejoin stroke-width
		tabindex target title type value viewBox width`);
	const math = words(`math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub
		msubsup msup mtable mtd mtext mtr munder munderover none`);
	const inLog = (node: Node) => (node instanceof Element ? node : node.parentElement)?.closest("[role=log]") != null;
	/** Only in figures, and only what the page itself has made. */
	const isDiagram = (element: Element) => element.matches('figure img[src^="blob:"]');
	const isMath = (element: Element) => element.closest("[data-source] > math") !== null && math.has(element.localName);
	// Elements around the messages have heights as inline styles. Formulas have sizes, and attributes that only they know.
	const isAllowed = (element: Element, name: string, value: string) =>
		attributes.has(name) ||
		(name === "style" && !element.closest("article")) ||
		(isDiagram(element) && ["alt", "src", "style", "draggable"].includes(name)) ||
		(isMath(element) && !/^(on.*|href|src|id)$/.test(name) && !/url|position|fixed|expression/.test(value));
	// Only ids of `useId` are allowed: another id could pass for a part of the page.
	const isOwnId = (id: string) => /^(?:P\d+-\d+(?:-(?:note|ref)-\d+)?)?$/.test(id);
	/** Between a text and its footnotes. */
	const isWithinText = (href: string) => href.startsWith("#") && isOwnId(href.slice(1));
	const checkLink = (link: HTMLAnchorElement) => {
		if (isWithinText(link.getAttribute("href") ?? "")) return;
		const { protocol, host, pathname } = new URL(link.href);
		if (!["http:", "https:", "mailto:"].includes(protocol)) breaches.push(`a link to ${link.href}`);
		if (link.rel !== "noopener noreferrer nofollow" || link.target !== "_blank") breaches.push(`an open link: ${link.outerHTML}`);
		if (link.title !== link.href || !link.textContent?.includes(host || pathname)) breaches.push(`a link that hides: ${link.outerHTML}`);
		if (link.querySelector("a")) breaches.push(`a link in a link: ${link.outerHTML}`);
	};
	const check = (element: Element) => {
		if (!tags.has(element.localName) && !isMath(element) && !isDiagram(element)) breaches.push(`an element <${element.localName}>`);
		for (const { name, value } of element.attributes)
			if (!isAllowed(element, name, value)) breaches.push(`<${element.localName} ${name}="${value}">`);
		if (!isOwnId(element.id)) breaches.push(`the name ${element.id}`);
		if (element.matches("input:not([type=checkbox]:disabled)")) breaches.push("a field");
		if (element instanceof HTMLAnchorElement) checkLink(element);
	};
	const elsewhere = (element: Element) => {
		// Vite loads modules of the page, and their styles.
		if (element.matches(`link:is([rel=modulepreload], [rel=stylesheet])[href^="${location.origin}/assets/"]`)) return;
		// The frame that draws diagrams: with scripts and without an origin.
		if (element.matches(`iframe[sandbox="allow-scripts"][src^="/diagrams/"]`)) return;
		if (element.matches("script, link, style, meta, base, iframe, object, embed, img, video, audio")) breaches.push(element.outerHTML);
	};
	new MutationObserver((records) => {
		for (const { target, addedNodes } of records) {
			const added = [...addedNodes].filter((node) => node instanceof Element);
			for (const element of [target, ...added.flatMap((one) => [one, ...one.querySelectorAll("*")])]) {
				if (!(element instanceof Element)) continue;
				if (inLog(target) || inLog(element)) check(element);
				else elsewhere(element);
			}
		}
	}).observe(document, { childList: true, subtree: true, attributes: true });
	document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
		breaches.push(`against the policy: ${effectiveDirective} ${blockedURI}`);
	});
	Object.assign(window, { breaches, harm: () => breaches.push("harm was done") });
}

const bob = { userId: "bob", username: "Bob" };

/** A conversation whose sockets are served by the test. */
export class Stage {
	readonly visitor: Visitor;
	/** Unexpected requests, windows, frames, dialogs and navigations of the page. */
	readonly strays: string[] = [];
	#socket!: WebSocketRoute;
	#revision = 0;

	private constructor(visitor: Visitor) {
		this.visitor = visitor;
	}

	static async open(browser: Browser, url: string): Promise<Stage> {
		const stage = new Stage(await Visitor.arrive(browser));
		const { page } = stage.visitor;
		await page.routeWebSocket(/\/me\/socket/, (socket) => {
			socket.send(JSON.stringify([{ type: "me:conversations", conversations: [], hasMore: false, settings: {} }]));
		});
		await page.routeWebSocket(/\/conversations\/[^/]+\/socket/, (socket) => {
			stage.#socket = socket;
			socket.onMessage((data) => data === "ping" && socket.send("pong"));
			stage.clear();
		});
		await stage.visitor.signIn(url, "Ann");
		await stage.visitor.newConversation();
		await page.waitForLoadState("networkidle");
		await page.evaluate(watch);
		// The page requests the members and the notices after each join, and loads its modules on demand.
		const conversationUrl = `${url}/api/conversations/${stage.#conversationId}`;
		const isExpected = (asked: string) =>
			asked === conversationUrl ||
			asked.startsWith(`${conversationUrl}/notices?`) ||
			/^\/(assets\/[\w-]+\.(js|css|woff2)|diagrams\/\w+\.htm)$/.test(asked.slice(url.length));
		const isDrawn = (asked: string) => asked.startsWith(`blob:${url}/`);
		page.on("request", (request) => isExpected(request.url()) || isDrawn(request.url()) || stage.strays.push(`requested ${request.url()}`));
		page.on("popup", (popup) => stage.strays.push(`opened ${popup.url()}`));
		page.on("framenavigated", (frame) => /\/diagrams\/\w+\.htm$/.test(frame.url()) || stage.strays.push(`went to ${frame.url()}`));
		// The page's own frames are seen as elements.
		page.on("frameattached", (frame) => frame.parentFrame() === page.mainFrame() || stage.strays.push("has a frame in a frame"));
		page.on("dialog", (dialog) => {
			stage.strays.push(`said ${dialog.message()}`);
			void dialog.dismiss();
		});
		return stage;
	}

	/** Replaces the whole conversation with these messages. */
	clear(messages: readonly Message[] = []): void {
		const conversationId = this.#conversationId;
		this.#revision = messages.length;
		const you = { userId: "guest-ann", username: "Ann" };
		this.#send({
			type: "chat:joined",
			conversationId,
			cursor: "c",
			reset: true,
			messages: messages.map((message) => ({ ...message, conversationId })),
			hasMore: false,
			participants: [you, bob],
			you,
		});
	}

	say(content: string, username = bob.username, about: Partial<Message> = {}): void {
		this.#send(this.#stored({ role: "user", author: { userId: `${username} themself`, username }, content, ...about }));
	}

	/** Sends the other events that contain names or sentences, all with this text. */
	announce(text: string): void {
		const person = { conversationId: this.#conversationId, userId: text, username: text };
		this.#send(
			{ type: "chat:user-joined", ...person },
			{ type: "chat:user-typing", ...person, isTyping: true },
			{ type: "chat:error", conversationId: this.#conversationId, error: text, code: "internal" },
		);
	}

	/** Streams a reply in about this many pieces. They may be cut in the middle of a character. */
	stream(content: string, pieces: number): void {
		const messageId = `r${this.#revision}`;
		const reply = { conversationId: this.#conversationId, messageId };
		const size = Math.ceil(content.length / pieces);
		this.#send({ type: "chat:thinking", ...reply, status: "processing" });
		for (let offset = 0; offset < content.length; offset += size)
			this.#send({ type: "chat:streaming", ...reply, chunk: content.slice(offset, offset + size), offset, isComplete: false });
		this.#send({ type: "chat:streaming", ...reply, chunk: "", offset: content.length, isComplete: true });
		this.#send(this.#stored({ id: messageId, role: "assistant", author: claude, content }), { type: "chat:complete", ...reply });
	}

	/** Begins a reply that grows by each text, and that is complete after `end`. */
	begin(): { write(text: string): void; end(): void } {
		const messageId = `r${this.#revision}`;
		const reply = { conversationId: this.#conversationId, messageId };
		let content = "";
		this.#send({ type: "chat:thinking", ...reply, status: "processing" });
		return {
			write: (chunk) => {
				this.#send({ type: "chat:streaming", ...reply, chunk, offset: content.length, isComplete: false });
				content += chunk;
			},
			end: () => {
				this.#send({ type: "chat:streaming", ...reply, chunk: "", offset: content.length, isComplete: true });
				this.#send(this.#stored({ id: messageId, role: "assistant", author: claude, content }), { type: "chat:complete", ...reply });
			},
		};
	}

	/** Streams a reply slowly: a piece of `size` UTF-16 units every `every` ms, until it is complete or aborted. */
	async flow(content: string, { size, every, signal }: { size: number; every: number; signal: AbortSignal }): Promise<void> {
		const reply = { conversationId: this.#conversationId, messageId: `r${this.#revision}` };
		this.#send({ type: "chat:thinking", ...reply, status: "processing" });
		for (let offset = 0; offset < content.length && !signal.aborted; offset += size) {
			this.#send({ type: "chat:streaming", ...reply, chunk: content.slice(offset, offset + size), offset, isComplete: false });
			await wait(every);
		}
	}

	/** Returns everything that went wrong since the last call. */
	async breaches(): Promise<string[]> {
		const noted = await this.visitor.page.evaluate(() => window.breaches.splice(0));
		return [...noted, ...this.strays.splice(0), ...this.visitor.complaints.splice(0)];
	}

	/** The names of all properties of the window and of Object.prototype. */
	names(): Promise<string[]> {
		return this.visitor.page.evaluate(() =>
			[...Object.getOwnPropertyNames(window), ...Object.getOwnPropertyNames(Object.prototype)].sort(),
		);
	}

	get #conversationId(): string {
		return /conversations\/([^/]+)/.exec(this.#socket.url())?.[1] ?? "";
	}

	#stored(message: Pick<Message, "role" | "author" | "content"> & Partial<Message>): ServerEvent {
		this.#revision += 1;
		const place = { conversationId: this.#conversationId, seq: this.#revision, revision: this.#revision };
		const whole = { id: `m${this.#revision}`, status: "complete" as const, createdAt: new Date().toISOString(), ...place, ...message };
		return messageEvent("chat:message", whole, "c");
	}

	#send(...events: ServerEvent[]): void {
		this.#socket.send(encodeFrame(events));
	}
}

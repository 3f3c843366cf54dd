// Has diagrams drawn, one after the other, by a frame that can reach nothing. What it draws becomes the file of a picture, in which
// nothing runs and nothing loads.

import { readStored, writeStored } from "../../browser.ts";
import styles from "./DrawnDiagram.module.css";
import { type Answer, most, type Order, type Palette, readAnswer } from "./messages.ts";

/** The address of the frame's document, filled in by the build. */
declare const __DIAGRAM_FRAME__: string;

/** `refused`: it cannot be drawn. `missing`: not now. */
export type Outcome = { type: "drawn"; url: string; width: number; height: number } | { type: "refused" } | { type: "missing" };

/** In ms: for one diagram; for the frame's script, from when its document is there; and without a diagram, until the frame is removed. */
const patience = { drawing: 5_000, script: 5_000, idle: 60_000 };
/** Pictures that are kept. One that is shown already stays. */
const kept = 60;
/** The diagram that was being drawn when the page ended: in some browsers a frame can keep the page from going on. */
const stored = "drawing";

const outcomes = new Map<string, Outcome>();
let last: Promise<unknown> = Promise.resolve();
let frame: Frame | undefined;
let idle: ReturnType<typeof setTimeout> | undefined;
let count = 0;
/** A server that did not know the address yet may have given something else, which browsers keep. */
let isAgain = false;

const keyOf = (source: string, palette: Palette) => JSON.stringify([palette, source]);

/** What is known without drawing. */
export function knownOutcome(source: string, palette: Palette): Outcome | undefined {
	return source.length > most.source ? { type: "refused" } : outcomes.get(keyOf(source, palette));
}

/** `isAskedFor`: also if it was being drawn when the page ended. */
export function drawDiagram(source: string, palette: Palette, isAskedFor: boolean, signal: AbortSignal): Promise<Outcome | undefined> {
	const next = last.then(async () => {
		if (signal.aborted) return undefined;
		const known = knownOutcome(source, palette);
		if (known) return known;
		const mark = markOf(source);
		if (!isAskedFor && readStored(stored) === mark) return { type: "missing" } as const;
		writeStored(stored, mark);
		const outcome = await outcomeOf(source, palette);
		writeStored(stored, "");
		if (outcome.type !== "missing") keep(keyOf(source, palette), outcome);
		return outcome;
	});
	last = next;
	return next;
}

function keep(key: string, outcome: Outcome): void {
	outcomes.set(key, outcome);
	const [oldest] = outcomes;
	if (outcomes.size <= kept || !oldest) return;
	outcomes.delete(oldest[0]);
	if (oldest[1].type === "drawn") URL.revokeObjectURL(oldest[1].url);
}

async function outcomeOf(source: string, palette: Palette): Promise<Outcome> {
	clearTimeout(idle);
	if (frame?.isGone) removeFrame();
	frame ??= new Frame();
	const answer = await frame.draw({ id: ++count, source, palette });
	if (answer === "missing" || answer === "late") {
		isAgain ||= answer === "missing";
		removeFrame();
		return { type: answer === "missing" ? "missing" : "refused" };
	}
	idle = setTimeout(removeFrame, patience.idle);
	if (answer.type !== "drawn") return { type: "refused" };
	const { svg, width, height } = answer;
	return { type: "drawn", url: URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" })), width, height };
}

function removeFrame(): void {
	frame?.remove();
	frame = undefined;
}

class Frame {
	readonly #element = document.createElement("iframe");
	readonly #stop = new AbortController();
	readonly #isReady: Promise<boolean>;
	#answered: ((answer: Answer | "late") => void) | undefined;
	/** It has left for another address. The page's policy lets it arrive nowhere. */
	isGone = false;

	constructor() {
		const { promise, resolve } = Promise.withResolvers<boolean>();
		this.#isReady = promise;
		const { signal } = this.#stop;
		const element = this.#element;
		// Scripts and nothing else: no origin, so nothing of the page's.
		element.setAttribute("sandbox", "allow-scripts");
		element.title = "Mermaid";
		element.className = styles.frame ?? "";
		element.inert = true;
		element.ariaHidden = "true";
		element.tabIndex = -1;
		element.src = isAgain ? `${__DIAGRAM_FRAME__}?${Date.now()}` : __DIAGRAM_FRAME__;
		const listen = ({ source, data }: MessageEvent) => {
			const answer = source === element.contentWindow ? readAnswer(data) : null;
			if (answer?.type === "ready") resolve(true);
			else if (answer) this.#answered?.(answer);
		};
		addEventListener("message", listen, { signal });
		const loaded = () => setTimeout(() => resolve(false), patience.script);
		const left = () => {
			this.isGone = true;
			this.#answered?.("late");
		};
		let loads = 0;
		element.addEventListener("load", () => (++loads === 1 ? loaded() : left()), { signal });
		document.body.append(element);
	}

	async draw(order: Order): Promise<Extract<Answer, { id: number }> | "missing" | "late"> {
		if (!(await this.#isReady)) return "missing";
		const { promise, resolve } = Promise.withResolvers<Extract<Answer, { id: number }> | "late">();
		this.#answered = (answer) => {
			if (answer === "late" || (answer.type !== "ready" && answer.id === order.id)) resolve(answer);
		};
		const timer = setTimeout(() => resolve("late"), patience.drawing);
		// The frame has no origin that could be named. The page's policy lets it go nowhere else.
		this.#element.contentWindow?.postMessage(order, "*");
		const answer = await promise;
		clearTimeout(timer);
		return answer;
	}

	remove(): void {
		this.#stop.abort();
		this.#element.remove();
	}
}

/** Says which text it is without being it. */
function markOf(source: string): string {
	let hash = 0;
	for (let index = 0; index < source.length; index++) hash = (Math.imul(hash, 31) + source.charCodeAt(index)) | 0;
	return `${source.length} ${hash}`;
}

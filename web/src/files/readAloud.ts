// Reads a text aloud by the browser's own voice: one at a time on this page.

import { withoutMarks } from "../../../src/protocol/text/plain-text.ts";

const listeners = new Set<() => void>();
/** A new number for each text; those of former texts are stale. */
let turn = 0;
let isReading = false;

/** For `useSyncExternalStore`. Returns how to unsubscribe. */
export function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

export const isReadingAloud = (): boolean => isReading;

export function readAloud(text: string): void {
	stopReading();
	turn += 1;
	const own = turn;
	const parts = partsOf(withoutMarks(withoutFootnotes(text)));
	if (parts.length === 0) return;
	become(true);
	for (const [at, part] of parts.entries()) {
		const utterance = new SpeechSynthesisUtterance(part);
		utterance.lang = document.documentElement.lang;
		const end = () => own === turn && become(false);
		if (at === parts.length - 1) utterance.onend = end;
		utterance.onerror = end;
		speechSynthesis.speak(utterance);
	}
}

/** Their numbers would be read in the middle of sentences. The notes stay. */
export function withoutFootnotes(text: string): string {
	return text.replace(/(?<=\S)\[\^[\p{L}\p{N}_]+\]|^ {0,3}\[\^[\p{L}\p{N}_]+\]:[ \t]*/gmu, "");
}

export function stopReading(): void {
	turn += 1;
	speechSynthesis.cancel();
	become(false);
}

function become(reading: boolean): void {
	isReading = reading;
	for (const listener of listeners) listener();
}

/** Sentence by sentence: some browsers fall silent after a quarter of a minute of one utterance. */
export function partsOf(text: string): string[] {
	const sentences = text.match(/[^.!?\n]+[.!?]*\s*|[.!?]+/g) ?? [];
	const parts: string[] = [];
	for (const sentence of sentences) {
		const last = parts.at(-1);
		if (last !== undefined && last.length + sentence.length <= 200) parts[parts.length - 1] = last + sentence;
		else parts.push(sentence);
	}
	return parts.map((part) => part.trim()).filter((part) => part !== "");
}

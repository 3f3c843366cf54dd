// The lines between messages that say who came and went, and what the title became. Pure.

import type { Notice } from "../../../src/protocol/people/notice.ts";
import type { Person } from "../../../src/protocol/person.ts";

/** `at`: when the last of it happened. */
export type Line = Pick<Notice, "id" | "at" | "action" | "actor" | "title"> & { people: readonly Person[] };

/**
 * The lines by the place of the message that they follow. Between two messages, only what came of each person is told, and the last title.
 * Without what became of oneself; `isAlone`: nor what one has done oneself, because nobody else is here.
 */
export function linesOf(notices: readonly Notice[], userId: string, isAlone: boolean): ReadonlyMap<number, readonly Line[]> {
	const latest = new Map<number, Map<string, Notice>>();
	for (const notice of notices) {
		const { action, actor, subject = actor, after } = notice;
		const isTitle = action === "title_changed";
		if (subject.userId === userId && (isAlone || !isTitle)) continue;
		const place = latest.get(after) ?? new Map<string, Notice>();
		const key = isTitle ? "" : subject.userId;
		place.delete(key);
		latest.set(after, place.set(key, notice));
	}
	return new Map(Array.from(latest, ([after, place]) => [after, folded([...place.values()])]));
}

/** People who did the same one after the other share a line. */
function folded(notices: readonly Notice[]): readonly Line[] {
	const lines: Line[] = [];
	for (const { id, at, action, actor, subject = actor, title } of notices) {
		const last = lines.at(-1);
		if (last?.action === action && (action !== "removed" || last.actor.userId === actor.userId))
			lines[lines.length - 1] = { ...last, at, people: [...last.people, subject] };
		else lines.push({ id, at, action, actor, title, people: [subject] });
	}
	return lines;
}

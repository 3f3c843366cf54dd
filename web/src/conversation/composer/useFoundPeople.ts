// Finds people whom somebody writes the name of, where not everybody is known here. Asks after a pause, and forgets answers that come too late.

import { useEffect, useState } from "react";
import type { Person } from "../../../../src/protocol/person.ts";
import type { Mentionable } from "../../writing/mentionQuery.ts";

/** In ms. */
const pause = 150;
const none: readonly Person[] = [];

/** The people who are known, and those whom `find` knows. `written`: what is written of a name; `undefined`: nothing. */
export function useFoundPeople({ known, find }: Mentionable, written: string | undefined): readonly Person[] {
	const [found, setFound] = useState(none);
	useEffect(() => {
		if (!find || written === undefined) return;
		let isOver = false;
		const timer = setTimeout(async () => {
			const people = await find(written);
			if (!isOver) setFound(people);
		}, pause);
		return () => {
			isOver = true;
			clearTimeout(timer);
		};
	}, [find, written]);
	if (!find || found.length === 0) return known;
	const ids = new Set(known.map(({ userId }) => userId));
	return [...known, ...found.filter(({ userId }) => !ids.has(userId))];
}

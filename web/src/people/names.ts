// The names of people inside a sentence. Pure.

import type { Person } from "../../../src/protocol/person.ts";
import type { Catalogue } from "../languages/catalogue.ts";
import type { Names } from "../markdown/MentionedText.tsx";

/** Current names; for people who have left, the name they had. `own`: "you", as it is inflected where it stands. */
export function namesOf(
	persons: readonly Person[],
	{ nameOf, userId }: Pick<Names, "nameOf" | "userId">,
	strings: Catalogue,
	own = strings.youInside,
): string[] {
	return persons.map((person) => (person.userId === userId ? own : (nameOf(person.userId) ?? person.username)));
}

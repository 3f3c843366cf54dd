// What people are called within a sentence, for whoever reads it. Pure.

import type { Person } from "../../../src/protocol/person.ts";
import type { Catalogue } from "../languages/catalogue.ts";
import type { Names } from "../markdown/MentionedText.tsx";

/** By the names that they have today; whoever has gone by the last one. */
export function namesOf(persons: readonly Person[], { nameOf, userId }: Pick<Names, "nameOf" | "userId">, strings: Catalogue): string[] {
	return persons.map((person) => (person.userId === userId ? strings.youInside : (nameOf(person.userId) ?? person.username)));
}

import { beforeEach, expect, it } from "vitest";
import { keepOnlyPlacesOf, keepPlace, placeIn } from "../../web/src/conversation/places.ts";

const values = new Map<string, string>();
const storage = {
	getItem: (key: string) => values.get(key) ?? null,
	setItem: (key: string, value: string) => void values.set(key, value),
	removeItem: (key: string) => void values.delete(key),
};
const place = { seq: 7, top: -12.5 };

beforeEach(() => {
	values.clear();
	Object.defineProperty(globalThis, "sessionStorage", { value: storage, configurable: true });
});

it("keeps the place in each conversation of one person", () => {
	keepPlace("ann", "c1", place);
	keepPlace("ann", "c2", { seq: 1, top: 0 });
	keepPlace("ann", "c2", undefined);
	expect([placeIn("ann", "c1"), placeIn("ann", "c2"), placeIn("bob", "c1")]).toEqual([place, undefined, undefined]);
});

it("forgets the places once nobody, or somebody else, is signed in", () => {
	for (const next of [null, "bob"]) {
		keepPlace("ann", "c1", place);
		keepOnlyPlacesOf("ann");
		expect(placeIn("ann", "c1")).toEqual(place);
		keepOnlyPlacesOf(next);
		expect([...values]).toEqual([]);
	}
});

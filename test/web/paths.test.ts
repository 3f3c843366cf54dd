import { expect, it } from "vitest";
import { linkedMessage, pathOf } from "../../web/src/paths.ts";

const origin = "https://parley.example";

it("a link to a message leads to it in this page", () => {
	expect(linkedMessage(`${origin}${pathOf("a b", 12)}`, origin)).toEqual({ conversationId: "a b", at: 12 });
	expect(linkedMessage(`${origin}/c/x`, origin)).toEqual({ conversationId: "x", at: undefined });
	expect(linkedMessage(`${origin}/c/x?at=-1`, origin)).toEqual({ conversationId: "x", at: undefined });
	expect(linkedMessage(`${origin}/c/%E0%A4%A?at=2`, origin)).toEqual({ conversationId: "%E0%A4%A", at: 2 });
});

it.each(["https://other.example/c/x?at=1", `${origin}/invite/x`, `${origin}/c/x/y`, `${origin}/`, "mailto:c@parley.example", "nothing"])(
	"another link leads elsewhere: %s",
	(href) => expect(linkedMessage(href, origin)).toBeUndefined(),
);

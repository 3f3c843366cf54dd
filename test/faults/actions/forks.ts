// A fork: a conversation of its own, with everything up to a message.

import { vi } from "vitest";
import { base64url } from "../../../src/protocol/random-id.ts";
import { png, upload } from "../../support/files.ts";
import { goOn } from "../rest.ts";
import { filesIn, seenBy, storedFiles } from "../seen.ts";
import { as, conversationOf, day, filesOf, talking, userOf, type World } from "../world.ts";

/** An id, and a way to act while it is drawn in place of every random one: the fork's is among them. */
function chosenId() {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	const draw = crypto.getRandomValues.bind(crypto);
	const during = async <T>(act: () => Promise<T>): Promise<T> => {
		const drawn = vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
			if (!(array instanceof Uint8Array) || array.length !== bytes.length) return draw(array);
			array.set(bytes);
			return array;
		});
		return act().finally(() => drawn.mockRestore());
	};
	return { id: base64url(bytes), during };
}

/** Ann forks, unless the fork is in her list. A second try is another conversation: of the first one, nothing may be left. */
async function fork(): Promise<World> {
	const { ann, id, objects, see, said } = await talking();
	const { file } = await upload(ann, id, png(), { type: "image/png" });
	await as(ann, "POST", `/conversations/${id}/messages`, { content: "Look", files: [file.id] });
	const [first, second] = [chosenId(), chosenId()];
	const forks = { fork: conversationOf(first.id), forkFiles: filesOf(first.id), again: conversationOf(second.id) };
	const chosen = [first, second];
	const listed = async (): Promise<string[]> => {
		const { conversations } = (await as(ann, "GET", "/conversations")).body;
		return conversations.map((entry: { id: string }) => entry.id).filter((one: string) => one !== id);
	};
	const act = async () => {
		if ((await listed()).length > 0) return { isDone: true };
		const forked = await chosen.shift()?.during(() => as(ann, "POST", `/conversations/${id}/fork`, { upTo: 2 }));
		return { isDone: forked?.status === 201 };
	};
	const seeForks = async () => {
		await goOn(forks, day);
		const [copy] = await listed();
		return {
			...(await see()),
			forks: (await listed()).length,
			copy: copy === undefined ? undefined : [await seenBy([ann], copy), await filesIn(ann, copy)],
			stored: (await storedFiles(first.id)) + (await storedFiles(second.id)),
		};
	};
	return { objects: { ...objects, ...forks, ann: userOf(ann) }, act, see: seeForks, said, repeats: "completes it" };
}

export const forkActions = { fork };

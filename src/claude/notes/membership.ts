// Who joined, left or was renamed, as lines of the server. Pure. A line that was sent once is sent the same way again.

import type { MemberChange } from "../../protocol/memory/member-change.ts";
import { attribute } from "../envelope.ts";
import type { Note } from "./instructions.ts";

/** Names stand in quotes and escaped, as in an envelope: nobody can say more by a name. */
const lines: { readonly [change in MemberChange["change"]]: (person: string, change: MemberChange) => string } = {
	joined: (person) => `${person} has joined the conversation.`,
	left: (person) => `${person} has left the conversation.`,
	removed: (person) => `${person} was removed from the conversation by an owner.`,
	renamed: (person, { formerName = "" }) => `${person} was called "${attribute(formerName)}" before.`,
};

export function membershipNotes(changes: readonly MemberChange[]): Note[] {
	return changes.map((change) => {
		const { after, at, username, userId } = change;
		const person = `"${attribute(username)}" (id="${attribute(userId)}")`;
		return { after, at, text: lines[change.change](person, change) };
	});
}

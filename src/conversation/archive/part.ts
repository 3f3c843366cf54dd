// A conversation from a place on, for an export or a fork by somebody who may read nothing older. Its messages are numbered from 1, as in
// every file. Pure.

import type { LinkedMember } from "../../protocol/archive.ts";
import { type Message, placeOf } from "../../protocol/message.ts";
import type { Source } from "./export.ts";

/** `hidden`: how many places come before it. The source must leave them out already. */
export function renumbered(source: Source, hidden: number): Source {
	if (hidden === 0) return source;
	return {
		describe: () => {
			const { versions, ...described } = source.describe();
			// Those that others have replaced by then belong to what is older.
			const first = Math.max(
				0,
				versions.findLastIndex(({ after }) => after <= hidden),
			);
			return {
				...described,
				versions: versions.slice(first).map((one) => ({ ...one, after: Math.max(0, one.after - hidden) })),
			};
		},
		memberCount: source.memberCount,
		members: (after, limit) => source.members(after, limit).map((member) => moveStart(member, hidden)),
		messages: (after) => {
			const { messages, hasNewer } = source.messages(after + hidden);
			return { messages: messages.map((message) => withPlace(message, hidden)), hasNewer };
		},
		versionsOf: (seq) => source.versionsOf(seq + hidden),
		fileName: (id) => source.fileName?.(id),
	};
}

function moveStart({ may, ...member }: LinkedMember, hidden: number): LinkedMember {
	if (!may) return member;
	const { fromSeq, ...rest } = may;
	return { ...member, may: { ...rest, ...(fromSeq !== undefined && fromSeq > hidden + 1 && { fromSeq: fromSeq - hidden }) } };
}

function withPlace(message: Message, hidden: number): Message {
	const { id, seq, replyTo, quoted } = message;
	return {
		...message,
		id: moved(id, hidden),
		seq: seq - hidden,
		...(replyTo !== undefined && { replyTo: moved(replyTo, hidden) }),
		...(quoted?.seq !== undefined && { quoted: { ...quoted, seq: quoted.seq - hidden } }),
	};
}

function moved(id: string, hidden: number): string {
	const place = placeOf(id);
	return place === undefined ? id : id.replace(/^m\d+/, `m${place - hidden}`);
}

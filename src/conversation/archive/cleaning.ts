// Makes what a file says fit to store: it may come from an earlier version, from another deployment, or from anybody. Pure.

import type { ArchiveRecord, RecordOf } from "../../protocol/archive.ts";
import { fileNameOf, type MessageFile } from "../../protocol/files/file.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";
import { type Author, claude, erasedName, type Person } from "../../protocol/person.ts";
import { markReserved } from "../../protocol/text/look-alikes.ts";
import { isVisible, sanitize, sanitizeLine, truncateLine } from "../../protocol/text/sanitize.ts";

/** `undefined` for a record that makes Claude a person. `now` in ms. */
export function cleanRecord(record: ArchiveRecord, now: number): ArchiveRecord | undefined {
	switch (record.type) {
		case "conversation":
			return {
				...record,
				title: truncateLine(sanitizeLine(record.title), limits.title),
				createdAt: pastTime(record.createdAt, now),
				...(record.instructions && {
					instructions: record.instructions.map((version) => ({ ...version, ...cleanPerson(version), at: pastTime(version.at, now) })),
				}),
			};
		case "member":
			return record.userId === claude.userId ? undefined : { ...record, ...cleanPerson(record) };
		case "message":
			if (record.files?.some(({ id }) => !/^[\w-]{1,64}$/.test(id))) return undefined;
			return record.role === "user" && record.author.userId === claude.userId ? undefined : cleanMessage(record, now);
		case "version":
			return { ...record, ...(record.stoppedBy && { stoppedBy: cleanPerson(record.stoppedBy) }), ...cleanTools(record) };
		case "end":
			return record;
		default:
			return record satisfies never;
	}
}

function cleanMessage(record: RecordOf<"message">, now: number): RecordOf<"message"> {
	const { role, author, askedBy, stoppedBy, sharedBy, editedAt, deletedAt, pinned, mentions, files } = record;
	// Claude's replies are stored as Claude writes them, and their citations count in them.
	const content = role === "user" ? sanitize(record.content) : record.content;
	return {
		...record,
		content,
		author: role === "user" ? cleanAuthor(author) : claude,
		createdAt: pastTime(record.createdAt, now),
		...(editedAt !== undefined && { editedAt: pastTime(editedAt, now) }),
		...(deletedAt !== undefined && { deletedAt: pastTime(deletedAt, now) }),
		...(pinned && { pinned: { ...pinned, at: pastTime(pinned.at, now) } }),
		...(askedBy && { askedBy: askedBy.map(cleanPerson) }),
		...(stoppedBy && { stoppedBy: cleanPerson(stoppedBy) }),
		...(sharedBy && { sharedBy: cleanPerson(sharedBy) }),
		...cleanTools(record),
		...(files && { files: files.map(cleanFile) }),
		// They count in the text as it was.
		...(mentions && { mentions: content === record.content ? mentions : [] }),
	};
}

function cleanTools({ tools }: Pick<RecordOf<"message">, "tools">): Pick<RecordOf<"message">, "tools"> {
	return tools ? { tools: tools.map((tool) => ({ ...tool, ...(tool.decidedBy && { decidedBy: cleanPerson(tool.decidedBy) }) })) } : {};
}

/** Names are part of headers and of paths in archives. */
function cleanFile(file: MessageFile): MessageFile {
	return { ...file, name: fileNameOf(file.name) };
}

function cleanAuthor({ program, ...author }: Author): Author {
	return { ...cleanPerson(author), ...(program && { program: { name: cleanName(program.name, "?") } }) };
}

/** The file may be from a deployment where people could take Claude's name. */
function cleanPerson({ userId, username }: Person): Person {
	return { userId, username: username === erasedName ? username : cleanName(username, userId) };
}

function cleanName(name: string, otherwise: string): string {
	const line = sanitizeLine(name);
	return markReserved(truncateLine(isVisible(line) ? line : sanitizeLine(otherwise), limits.username));
}

/** A time that is no time, or has not come yet, is now: sends count against the rate until then, and lists are sorted by time. */
function pastTime(time: string, now: number): string {
	const at = Date.parse(time);
	return at <= now ? time : isoTime(now);
}

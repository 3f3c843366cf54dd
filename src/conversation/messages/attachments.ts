// Finds the files that a message is sent with. Pure but for reading the store.

import { tooManyUnsent } from "../../protocol/errors.ts";
import type { MessageFile, NamedFiles } from "../../protocol/files/file.ts";
import { isPicture } from "../../protocol/files/file.ts";
import * as fileLimits from "../../protocol/files/limits.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Store } from "../store/store.ts";

/** A person sends what they uploaded here, each file once. */
export function filesToSend({ files }: Pick<Store, "files">, userId: string, named: NamedFiles): { files: MessageFile[] } | Refusal {
	const found: MessageFile[] = [];
	for (const entry of named) {
		const { id, alt } = typeof entry === "string" ? { id: entry } : entry;
		const known = files.find(id);
		if (known?.userId !== userId)
			return { code: "not_found", text: "A file of this message is not here. Upload it to this conversation first." };
		if (known.seq !== null || found.some((file) => file.id === id)) return { code: "file_taken" };
		found.push({ ...known.file, ...(alt && isPicture(known.file) && { alt }) });
	}
	return { files: found };
}

/** Nobody may fill a conversation with files that nobody sees. */
export function refuseUnsent({ files }: Pick<Store, "files">, userId: string): Refusal | undefined {
	return files.countUnsent(userId) >= fileLimits.unsentPerPerson ? { code: "storage_full", text: tooManyUnsent } : undefined;
}

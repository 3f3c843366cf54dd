// The files of a message, or the room that they take until the code that shows them is loaded.

import type { MessageFile } from "../../../src/protocol/files/file.ts";
import { heightOf } from "./room.ts";
import { useFileParts } from "./useFileParts.ts";

type Props = { conversationId: string; files: readonly MessageFile[] };

export function Files(props: Props) {
	const parts = useFileParts(true);
	return parts ? <parts.MessageFiles {...props} /> : <div style={{ blockSize: `${heightOf(props.files)}rem` }} />;
}

// The files of a message: pictures in their place, everything else as a card.

import { useState } from "react";
import type { MessageFile } from "../../../src/protocol/files/file.ts";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { FileCard } from "./FileCard.tsx";
import styles from "./MessageFiles.module.css";
import { Picture } from "./Picture.tsx";
import { isShown } from "./room.ts";
import { VoiceMessage } from "./VoiceMessage.tsx";

const Lightbox = lazyDialog(async () => (await import("./Lightbox.tsx")).Lightbox);

type Props = { conversationId: string; files: readonly MessageFile[] };

export function MessageFiles({ conversationId, files }: Props) {
	const [opened, setOpened] = useState<string>();
	const pictures = files.filter(isShown);
	const others = files.filter((file) => !isShown(file));
	return (
		<div className={styles.files}>
			{pictures.length > 0 && (
				<div className={pictures.length === 1 ? styles.single : styles.grid}>
					{pictures.map((file) => (
						<Picture
							key={file.id}
							conversationId={conversationId}
							file={file}
							isSingle={pictures.length === 1}
							onOpen={() => setOpened(file.id)}
						/>
					))}
				</div>
			)}
			{others.map((file) =>
				file.waveform ? (
					<VoiceMessage key={file.id} conversationId={conversationId} file={file} />
				) : (
					<FileCard key={file.id} conversationId={conversationId} file={file} />
				),
			)}
			{opened !== undefined && (
				<Lightbox conversationId={conversationId} pictures={pictures} first={opened} onClose={() => setOpened(undefined)} />
			)}
		</div>
	);
}

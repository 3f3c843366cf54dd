// A voice message, played in its place: its waveform, its length, seeking by pointer and keys, and its speed.

import { useState } from "react";
import type { MessageFile } from "../../../src/protocol/files/file.ts";
import { useBytes } from "./bytes.ts";
import styles from "./VoiceMessage.module.css";
import { VoicePlayer } from "./VoicePlayer.tsx";
import { useWords } from "./words.ts";

export function VoiceMessage({ conversationId, file }: { conversationId: string; file: MessageFile }) {
	const words = useWords();
	const [isWanted, setIsWanted] = useState(false);
	const result = useBytes({ conversationId, file }, isWanted);
	const isFailed = result !== undefined && "error" in result;
	return (
		<div className={styles.voice}>
			<VoicePlayer
				url={result && "value" in result ? result.value : undefined}
				durationMs={file.durationMs ?? 0}
				waveform={file.waveform ?? []}
				onWanted={() => setIsWanted(true)}
			/>
			{isFailed && <p className={styles.problem}>{words.notLoaded}</p>}
			{file.transcript !== undefined && <p className={styles.transcript}>{file.transcript}</p>}
		</div>
	);
}

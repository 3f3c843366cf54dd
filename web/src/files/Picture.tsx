// A picture of a message, at a size that is known before it is loaded. First its small copy.

import { useRef, useState } from "react";
import type { MessageFile } from "../../../src/protocol/files/file.ts";
import { colourOf } from "./adding/tint.ts";
import { hasThumbnail, useBytes, useIsNear } from "./bytes.ts";
import styles from "./MessageFiles.module.css";
import { sizeOf } from "./room.ts";
import { useWords } from "./words.ts";

type Props = { conversationId: string; file: MessageFile; isSingle: boolean; onOpen(): void };

export function Picture({ conversationId, file, isSingle, onOpen }: Props) {
	const words = useWords();
	const button = useRef<HTMLButtonElement>(null);
	const isNear = useIsNear(button);
	const [turn, setTurn] = useState(0);
	const isThumbnail = hasThumbnail(file);
	const result = useBytes({ conversationId, file, isThumbnail }, isNear, turn);
	const { width, height } = sizeOf(file);
	const isFailed = result !== undefined && "error" in result;
	const name = file.alt || file.name;
	return (
		<button
			ref={button}
			type="button"
			className={styles.picture}
			aria-label={words.open(name)}
			title={isFailed ? words.notLoaded : file.alt}
			style={{
				...(isSingle && { inlineSize: `${width}rem`, aspectRatio: `${width} / ${height}` }),
				...(!result && file.thumbhash && { backgroundColor: colourOf(file.thumbhash) }),
			}}
			onClick={() => (isFailed ? setTurn(turn + 1) : onOpen())}
		>
			{result && "value" in result && <img src={result.value} alt="" draggable={false} />}
			{isFailed && (
				<span className={styles.failed}>
					{words.notLoaded} {words.retry}
				</span>
			)}
		</button>
	);
}

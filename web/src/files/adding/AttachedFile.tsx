// One file of the message that is being written: its state, its description, its place among the others.

import { IconButton } from "../../controls/IconButton.tsx";
import { noConversation } from "../../home/begun.ts";
import { FileIcon } from "../FileIcon.tsx";
import { isShown } from "../room.ts";
import { VoicePlayer } from "../VoicePlayer.tsx";
import { useWords, type Words } from "../words.ts";
import type { Attached } from "./attached.ts";
import type { Attachments } from "./attachments.ts";
import { useAddress } from "./Recorder.tsx";
import { Suggestion } from "./Suggestion.tsx";
import styles from "./Tray.module.css";
import type { Recording } from "./upload.ts";

type Props = {
	file: Attached;
	conversationId: string;
	isConnected: boolean;
	/** Claude may be asked for a description. */
	canSuggest: boolean;
	isFirst: boolean;
	isLast: boolean;
	attachments: Attachments;
	/** The button disappears, and the focus must not be lost with it. */
	onRemoved(): void;
};

export function AttachedFile({ file, conversationId, isConnected, canSuggest, isFirst, isLast, attachments, onRemoved }: Props) {
	const words = useWords();
	const { key, name, source, state, isOriginal, redrawn, recording } = file;
	const isPicture = source.type.startsWith("image/") || redrawn !== undefined || (state.type === "uploaded" && isShown(state.file));
	const size = state.type === "uploaded" ? state.file.size : ((isOriginal ? source : redrawn?.blob) ?? source).size;
	return (
		<li className={styles.file}>
			<Preview file={file} />
			<div className={styles.about}>
				<span className={styles.name} dir="auto">
					{recording ? words.voice : name}
				</span>
				<small data-problem={state.type === "refused"}>
					{words.size(size)}
					{(conversationId !== noConversation || state.type !== "waiting") && ` · ${stateOf(file, isConnected, words)}`}
				</small>
				{state.type === "uploading" && <progress max={state.of || 1} value={state.sent} aria-label={words.progressOf(name)} />}
			</div>
			<div className={styles.buttons}>
				{state.type === "refused" && (
					<button type="button" className={styles.retry} onClick={() => attachments.retry(key)}>
						{words.retry}
					</button>
				)}
				{!(isFirst && isLast) && (
					<>
						<IconButton icon="up" name={words.earlier(name)} isDisabled={isFirst} onClick={() => attachments.move(key, -1)} />
						<IconButton icon="down" name={words.later(name)} isDisabled={isLast} onClick={() => attachments.move(key, 1)} />
					</>
				)}
				<IconButton
					icon="close"
					name={words.remove(name)}
					onClick={() => {
						attachments.remove(key);
						onRemoved();
					}}
				/>
			</div>
			{recording && <Recorded source={source} recording={recording} />}
			{isPicture && state.type !== "preparing" && (
				<PictureFields file={file} conversationId={conversationId} canSuggest={canSuggest} attachments={attachments} />
			)}
		</li>
	);
}

/** How a picture is described, and whether it is sent as it is. */
function PictureFields({
	file,
	conversationId,
	canSuggest,
	attachments,
}: Pick<Props, "file" | "conversationId" | "canSuggest" | "attachments">) {
	const words = useWords();
	const { key, name, source, alt, isOriginal, redrawn, state } = file;
	const isClean = redrawn !== undefined && !isOriginal;
	const note = isClean ? words.isClean : redrawn || isShown(source) ? words.isOriginal : words.cannotRedraw;
	return (
		<div className={styles.more}>
			<input
				type="text"
				dir="auto"
				aria-label={words.altOf(name)}
				placeholder={words.alt}
				value={alt}
				onChange={({ target }) => attachments.describe(key, target.value)}
				// Not the message.
				onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
			/>
			{canSuggest && state.type === "uploaded" && isShown(state.file) && (
				<Suggestion file={file} fileId={state.file.id} conversationId={conversationId} attachments={attachments} />
			)}
			{redrawn && (
				<label>
					<input
						type="checkbox"
						checked={isOriginal}
						aria-label={words.originalOf(name)}
						onChange={({ target }) => attachments.setOriginal(key, target.checked)}
					/>
					{words.original}
				</label>
			)}
			{source.size > 0 && <small>{note}</small>}
		</div>
	);
}

function stateOf({ state }: Attached, isConnected: boolean, words: Words): string {
	switch (state.type) {
		case "preparing":
			return words.preparing;
		case "waiting":
			return isConnected ? words.queued : words.offline;
		case "uploading":
			return words.uploading(state.sent / (state.of || 1));
		case "uploaded":
			return words.uploaded;
		case "refused":
			return state.text;
		default:
			return state satisfies never;
	}
}

function Preview({ file: { source, redrawn, recording } }: { file: Attached }) {
	const address = useAddress(redrawn?.thumbnail ?? redrawn?.blob ?? (isShown(source) ? source : undefined));
	return (
		<span className={styles.preview}>{address ? <img src={address} alt="" /> : <FileIcon name={recording ? "microphone" : "file"} />}</span>
	);
}

/** To listen before it is sent. */
function Recorded({ source, recording }: { source: Blob; recording: Recording }) {
	return (
		<div className={styles.more}>
			<VoicePlayer url={useAddress(source)} {...recording} />
		</div>
	);
}

// A file of a message that is no picture: its name, kind and size, a button to save it, and a player for sound and films.

import { useEffect, useRef, useState } from "react";
import type { MessageFile } from "../../../src/protocol/files/file.ts";
import { saveFile } from "../sidebar/saveExport.ts";
import { fetchBytes, hasThumbnail, useBytes, useIsNear } from "./bytes.ts";
import { FileIcon, type FileIconName } from "./FileIcon.tsx";
import { clockOf } from "./fileLine.ts";
import styles from "./MessageFiles.module.css";
import { isShown } from "./room.ts";
import { useWords } from "./words.ts";

type Props = {
	conversationId: string;
	file: MessageFile;
	/** Shows a picture in place of its icon. */
	hasPreview?: boolean;
};

export function FileCard({ conversationId, file, hasPreview = false }: Props) {
	const words = useWords();
	const [isPlaying, setIsPlaying] = useState(false);
	const { isBusy, problem, download } = useDownload(conversationId, file);
	const { name, size, durationMs, transcript } = file;
	const kind = kindOf(file);
	const canPlay = kind === "audio" || kind === "video";
	const facts = [words.kinds[kind], words.size(size), ...(durationMs === undefined ? [] : [clockOf(durationMs)])];
	return (
		<div className={styles.card}>
			{hasPreview && isShown(file) ? (
				<Preview conversationId={conversationId} file={file} />
			) : (
				<span className={styles.kind}>
					<FileIcon name={file.waveform ? "microphone" : iconOf[kind]} />
				</span>
			)}
			<span className={styles.about}>
				<span className={styles.name} dir="auto" title={name}>
					{file.waveform ? words.voice : name}
				</span>
				<small>{isBusy ? words.downloading : facts.join(" · ")}</small>
			</span>
			{canPlay && !isPlaying && (
				<button type="button" aria-label={words.play(name)} title={words.play(name)} onClick={() => setIsPlaying(true)}>
					<FileIcon name="play" />
				</button>
			)}
			<button type="button" aria-label={words.download(name)} title={words.download(name)} aria-disabled={isBusy} onClick={download}>
				<FileIcon name="download" />
			</button>
			{problem !== undefined && (
				<p role="alert" className={styles.problem}>
					{problem}
				</p>
			)}
			{canPlay && isPlaying && <Player conversationId={conversationId} file={file} isVideo={kind === "video"} />}
			{transcript !== undefined && <p className={styles.transcript}>{transcript}</p>}
		</div>
	);
}

function Preview({ conversationId, file }: { conversationId: string; file: MessageFile }) {
	const frame = useRef<HTMLSpanElement>(null);
	const isThumbnail = hasThumbnail(file);
	const result = useBytes({ conversationId, file, isThumbnail }, useIsNear(frame));
	return (
		<span ref={frame} className={styles.kind}>
			{result && "value" in result ? <img src={result.value} alt={file.alt ?? ""} /> : <FileIcon name="picture" />}
		</span>
	);
}

/** Returns how to save a file on the device. */
export function useDownload(conversationId: string, file: MessageFile) {
	const [isBusy, setIsBusy] = useState(false);
	const [problem, setProblem] = useState<string>();
	const download = async () => {
		if (isBusy) return;
		setIsBusy(true);
		const result = await fetchBytes({ conversationId, file });
		setIsBusy(false);
		setProblem("error" in result ? result.error.message : undefined);
		if ("value" in result) saveFile(result.value, file.name);
	};
	return { isBusy, problem, download };
}

function Player({ conversationId, file, isVideo }: { conversationId: string; file: MessageFile; isVideo: boolean }) {
	const words = useWords();
	const result = useBytes({ conversationId, file }, true);
	const media = useRef<HTMLVideoElement & HTMLAudioElement>(null);
	const url = result && "value" in result ? result.value : undefined;
	useEffect(() => {
		if (url === undefined) return;
		media.current?.focus();
		media.current?.play().catch(() => {});
	}, [url]);
	if (result && "error" in result) return <p className={styles.problem}>{words.notLoaded}</p>;
	if (isVideo)
		return (
			// biome-ignore lint/a11y/useMediaCaption: nobody has sent captions with it.
			<video ref={media} className={styles.video} src={url} controls playsInline aria-label={file.name} />
		);
	// biome-ignore lint/a11y/useMediaCaption: nobody has sent captions with it.
	return <audio ref={media} className={styles.audio} src={url} controls aria-label={file.name} />;
}

type Kind = keyof ReturnType<typeof useWords>["kinds"];

const iconOf: Record<Kind, FileIconName> = { pdf: "file", audio: "audio", video: "video", text: "text", picture: "picture", other: "file" };

function kindOf({ type }: MessageFile): Kind {
	if (type === "application/pdf") return "pdf";
	if (type === "text/plain") return "text";
	if (type.startsWith("audio/")) return "audio";
	if (type.startsWith("video/")) return "video";
	return type.startsWith("image/") ? "picture" : "other";
}

// The pictures of a message, large: zoom, keys, their descriptions, and how to save them.

import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { MessageFile } from "../../../src/protocol/files/file.ts";
import { isRightToLeft } from "../controls/direction.ts";
import { IconButton } from "../controls/IconButton.tsx";
import { useModal } from "../controls/useModal.ts";
import { useBytes } from "./bytes.ts";
import { useDownload } from "./FileCard.tsx";
import { FileIcon } from "./FileIcon.tsx";
import styles from "./Lightbox.module.css";
import { useWords } from "./words.ts";

type Props = {
	conversationId: string;
	pictures: readonly MessageFile[];
	/** The id of the picture that is shown first. */
	first: string;
	onClose(): void;
};

const zooms = { most: 8, factor: 1.5 };

export function Lightbox({ conversationId, pictures, first, onClose }: Props) {
	const words = useWords();
	const dialog = useRef<HTMLDialogElement>(null);
	const [at, setAt] = useState(() =>
		Math.max(
			0,
			pictures.findIndex(({ id }) => id === first),
		),
	);
	const [zoom, setZoom] = useState(1);
	useModal(dialog);
	const file = pictures[at] as MessageFile;
	const go = (by: number) => {
		if (!pictures[at + by]) return;
		setAt(at + by);
		setZoom(1);
	};
	const zoomBy = (factor: number) => setZoom(Math.min(zooms.most, Math.max(1, zoom * factor)));
	const keyDown = keysOf({ go, zoomBy, isZoomed: zoom > 1, reset: () => setZoom(1) });
	return createPortal(
		<dialog ref={dialog} className={styles.lightbox} aria-label={file.alt || file.name} onClose={onClose} onKeyDown={keyDown}>
			<header className={styles.bar}>
				<p>
					<span dir="auto">{file.name}</span>
					{pictures.length > 1 && <small role="status">{words.place(at + 1, pictures.length)}</small>}
				</p>
				<ZoomButtons zoom={zoom} onZoom={zoomBy} />
				<DownloadButton key={file.id} conversationId={conversationId} file={file} />
				<IconButton icon="close" name={words.close} onClick={() => dialog.current?.close()} />
			</header>
			<Stage
				key={file.id}
				conversationId={conversationId}
				file={file}
				zoom={zoom}
				onZoom={setZoom}
				onOutside={() => dialog.current?.close()}
			/>
			{pictures.length > 1 && <Arrows at={at} count={pictures.length} onGo={go} />}
			{file.alt && (
				<p className={styles.alt} dir="auto">
					{file.alt}
				</p>
			)}
		</dialog>,
		document.body,
	);
}

type Acts = { go(by: number): void; zoomBy(factor: number): void; isZoomed: boolean; reset(): void };

function keysOf({ go, zoomBy, isZoomed, reset }: Acts) {
	const keys: Record<string, () => void> = {
		"+": () => zoomBy(zooms.factor),
		"=": () => zoomBy(zooms.factor),
		"-": () => zoomBy(1 / zooms.factor),
		"0": reset,
		// They scroll a picture that is larger than the screen.
		...(!isZoomed && { ArrowLeft: () => go(isRightToLeft() ? 1 : -1), ArrowRight: () => go(isRightToLeft() ? -1 : 1) }),
	};
	return (event: KeyboardEvent) => {
		const act = keys[event.key];
		if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
		event.preventDefault();
		act();
	};
}

function Arrows({ at, count, onGo }: { at: number; count: number; onGo(by: number): void }) {
	const words = useWords();
	return (
		<>
			<button type="button" className={styles.previous} aria-label={words.previous} disabled={at === 0} onClick={() => onGo(-1)}>
				<span>‹</span>
			</button>
			<button type="button" className={styles.next} aria-label={words.next} disabled={at === count - 1} onClick={() => onGo(1)}>
				<span>›</span>
			</button>
		</>
	);
}

function ZoomButtons({ zoom, onZoom }: { zoom: number; onZoom(factor: number): void }) {
	const words = useWords();
	return (
		<>
			<button type="button" aria-label={words.zoomOut} title={words.zoomOut} disabled={zoom <= 1} onClick={() => onZoom(1 / zooms.factor)}>
				<FileIcon name="minus" />
			</button>
			<IconButton icon="plus" name={words.zoomIn} isDisabled={zoom >= zooms.most} onClick={() => onZoom(zooms.factor)} />
		</>
	);
}

function DownloadButton({ conversationId, file }: { conversationId: string; file: MessageFile }) {
	const words = useWords();
	const { isBusy, problem, download } = useDownload(conversationId, file);
	return (
		<>
			{problem !== undefined && <small role="alert">{problem}</small>}
			<button
				type="button"
				aria-label={words.download(file.name)}
				title={words.download(file.name)}
				aria-disabled={isBusy}
				onClick={download}
			>
				<FileIcon name="download" />
			</button>
		</>
	);
}

type StageProps = { conversationId: string; file: MessageFile; zoom: number; onZoom(zoom: number): void; onOutside(): void };

/** The picture. It is dragged, if it is larger than the screen; a click zooms. */
function Stage({ conversationId, file, zoom, onZoom, onOutside }: StageProps) {
	const words = useWords();
	const whole = useBytes({ conversationId, file }, true);
	const small = useBytes({ conversationId, file, isThumbnail: true }, file.hasThumbnail === true && !whole);
	const frame = useRef<HTMLDivElement>(null);
	const held = useRef<{ x: number; y: number; hasMoved: boolean }>(undefined);
	const result = whole ?? small;
	const { width, height } = file;
	const drag = (event: PointerEvent) => {
		if (!held.current || !frame.current || event.buttons === 0 || event.pointerType !== "mouse") return;
		const [x, y] = [event.clientX - held.current.x, event.clientY - held.current.y];
		if (Math.abs(x) + Math.abs(y) < 4 && !held.current.hasMoved) return;
		frame.current.scrollBy(-x, -y);
		held.current = { x: event.clientX, y: event.clientY, hasMoved: true };
	};
	return (
		// biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the dialog has the keys.
		<div
			ref={frame}
			className={styles.stage}
			data-zoomed={zoom > 1}
			onPointerDown={({ clientX, clientY }) => {
				held.current = { x: clientX, y: clientY, hasMoved: false };
			}}
			onPointerMove={drag}
			onClick={({ target }) => {
				if (held.current?.hasMoved) return;
				if ((target as Element).localName === "img") onZoom(zoom > 1 ? 1 : 2.5);
				else onOutside();
			}}
		>
			{result && "value" in result && (
				<img
					src={result.value}
					alt={file.alt ?? ""}
					width={width}
					height={height}
					draggable={false}
					style={zoom > 1 ? { inlineSize: `${zoom * 90}vi`, maxInlineSize: "none", maxBlockSize: "none", blockSize: "auto" } : undefined}
				/>
			)}
			{whole && "error" in whole && <p role="alert">{words.notLoaded}</p>}
		</div>
	);
}

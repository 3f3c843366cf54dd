// Plays a recording, and shows its waveform.

import { useEffect, useRef, useState } from "react";
import * as fileLimits from "../../../src/protocol/files/limits.ts";
import { isRightToLeft } from "../controls/direction.ts";
import { FileIcon } from "./FileIcon.tsx";
import { clockOf } from "./fileLine.ts";
import styles from "./VoiceMessage.module.css";
import { useWords } from "./words.ts";

const speeds = [1, 1.5, 2];
/** In seconds: what an arrow key seeks. */
const step = 1;

type Props = {
	/** `undefined` until it is loaded. */
	url: string | undefined;
	durationMs: number;
	waveform: readonly number[];
	/** Somebody wants to listen. */
	onWanted?(): void;
};

/** What is heard, and how far. Positions are in seconds. */
function useSound({ url, onWanted }: Pick<Props, "url" | "onWanted">) {
	const sound = useRef<HTMLAudioElement>(null);
	const [isPlaying, setIsPlaying] = useState(false);
	const [at, setAt] = useState(0);
	const [speed, setSpeed] = useState(1);
	useEffect(() => {
		if (!sound.current) return;
		sound.current.playbackRate = speed;
		if (url !== undefined && isPlaying) sound.current.play().catch(() => setIsPlaying(false));
		else sound.current.pause();
	}, [url, isPlaying, speed]);
	const element = (
		// biome-ignore lint/a11y/useMediaCaption: its transcript stands below it, if there is one.
		<audio
			ref={sound}
			src={url}
			preload="auto"
			onLoadedMetadata={({ currentTarget }) => {
				if (at > 0) currentTarget.currentTime = at;
			}}
			onTimeUpdate={({ currentTarget }) => setAt(currentTarget.currentTime)}
			onEnded={() => {
				setIsPlaying(false);
				setAt(0);
			}}
		/>
	);
	return {
		element,
		isPlaying,
		at,
		speed,
		toggle: () => {
			onWanted?.();
			setIsPlaying(!isPlaying);
		},
		seek: (to: number) => {
			onWanted?.();
			setAt(to);
			if (sound.current && url !== undefined) sound.current.currentTime = to;
		},
		changeSpeed: () => setSpeed(speeds[(speeds.indexOf(speed) + 1) % speeds.length] ?? 1),
	};
}

export function VoicePlayer({ url, durationMs, waveform, onWanted }: Props) {
	const words = useWords();
	const { element, isPlaying, at, speed, toggle, seek, changeSpeed } = useSound({ url, ...(onWanted && { onWanted }) });
	const seconds = Math.max(0.1, durationMs / 1000);
	const play = isPlaying ? words.pauseVoice : words.playVoice;
	return (
		<div className={styles.player}>
			{element}
			<button type="button" className={styles.play} aria-label={play} title={play} onClick={toggle}>
				<FileIcon name={isPlaying ? "pause" : "play"} />
			</button>
			<span className={styles.track}>
				<Waveform bars={waveform} share={at / seconds} />
				<input
					type="range"
					min={0}
					max={seconds}
					step="any"
					value={Math.min(at, seconds)}
					aria-label={words.position}
					aria-valuetext={words.positionOf(clockOf(at * 1000), clockOf(durationMs))}
					onKeyDown={(event) => {
						const forward = isRightToLeft() ? -step : step;
						const by = { ArrowRight: forward, ArrowUp: step, ArrowLeft: -forward, ArrowDown: -step }[event.key];
						if (by === undefined) return;
						event.preventDefault();
						seek(Math.min(seconds, Math.max(0, at + by)));
					}}
					onChange={({ target }) => seek(Number(target.value))}
				/>
			</span>
			<small className={styles.time}>{clockOf(at > 0 ? at * 1000 : durationMs)}</small>
			<button type="button" className={styles.speed} aria-label={words.speed(speed)} title={words.speed(speed)} onClick={changeSpeed}>
				{words.rate(speed)}
			</button>
		</div>
	);
}

/** Bars of 0 to `highest`; those before `share` are played. */
export function Waveform({ bars, share }: { bars: readonly number[]; share: number }) {
	const { highest } = fileLimits.waveform;
	return (
		<svg className={styles.waveform} viewBox={`0 0 ${bars.length * 4} 32`} preserveAspectRatio="none" aria-hidden="true">
			{bars.map((bar, at) => {
				const height = Math.max(2, (bar / highest) * 30);
				return (
					<rect
						// biome-ignore lint/suspicious/noArrayIndexKey: the bars have no other name.
						key={at}
						data-played={at / bars.length < share}
						x={at * 4 + 0.5}
						y={16 - height / 2}
						width={2.5}
						height={height}
						rx={1}
					/>
				);
			})}
		</svg>
	);
}

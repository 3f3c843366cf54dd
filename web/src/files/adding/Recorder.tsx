// The bar above the field while a voice message is recorded: its time and level, and the buttons that end it.

import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { longestSpeech } from "../../../../src/protocol/files/limits.ts";
import { clock } from "../../browser.ts";
import { Problem } from "../../controls/Problem.tsx";
import { clockOf } from "../fileLine.ts";
import { useWords } from "../words.ts";
import { recorder } from "./recording.ts";
import styles from "./Tray.module.css";

/** `onEnded`: the buttons disappear, and the focus must not be lost with them. */
export function Recorder({ onEnded }: { onEnded(): void }) {
	const words = useWords();
	const state = useSyncExternalStore(recorder.subscribe, recorder.state);
	if (state.type === "failed") return <Problem className={styles.problem}>{words[state.reason]}</Problem>;
	if (state.type !== "recording") return null;
	return <Running since={state.since} level={state.level} onEnded={onEnded} />;
}

function Running({ since, level, onEnded }: { since: number; level: number; onEnded(): void }) {
	const words = useWords();
	const stop = useRef<HTMLButtonElement>(null);
	useLayoutEffect(() => stop.current?.focus(), []);
	const end = (act: () => void) => () => {
		act();
		onEnded();
	};
	return (
		<section className={styles.recorder} aria-label={words.recording}>
			<span className={styles.light} aria-hidden="true" />
			<p role="status" className="visually-hidden">
				{words.recording}
			</p>
			<span role="timer" className={styles.timer}>
				{clockOf(clock.now() - since)}
			</span>
			<meter className={styles.level} min={0} max={1} value={level} aria-label={words.level} />
			<small>{words.longest(clockOf(longestSpeech))}</small>
			<button type="button" onClick={end(() => recorder.discard())}>
				{words.discardRecording}
			</button>
			<button ref={stop} type="button" className={styles.stop} onClick={end(() => recorder.stop())}>
				{words.stopRecording}
			</button>
		</section>
	);
}

/** An address of bytes on this device, as long as they are shown. */
export function useAddress(bytes: Blob | undefined): string | undefined {
	const [address, setAddress] = useState<string>();
	useEffect(() => {
		if (!bytes) return;
		const made = URL.createObjectURL(bytes);
		setAddress(made);
		return () => {
			setAddress(undefined);
			URL.revokeObjectURL(made);
		};
	}, [bytes]);
	return address;
}

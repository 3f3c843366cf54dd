// The emoji picker. Its data is a file of our own; nothing is loaded from another origin.

import { type EmojiData, EmojiPicker as Picker } from "frimousse";
import { type ChangeEvent, type ComponentProps, useEffect, useRef, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { isEmoji, normalizeEmoji } from "../../../src/protocol/text/sanitize.ts";
import { preferences, usePreferences } from "../account/currentPreferences.ts";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./EmojiPicker.module.css";
import { withSkinTone } from "./emoji.ts";
import { emojiLanguage } from "./languages.ts";
import { loadEmoji } from "./loading.ts";
import { NoEmoji } from "./NoEmoji.tsx";
import { noNames, pickerData, putFirst, putRecent } from "./pickerData.ts";
import { keepRecent, recentEmoji } from "./recent.ts";
import { type SkinTone, skinTones } from "./skinTone.ts";

type Props = { onChoose(emoji: string): void; onClose(): void };

export function EmojiPicker({ onChoose, onClose }: Props) {
	const strings = useStrings();
	const { skinTone = "none" } = usePreferences();
	const [isMissing, setIsMissing] = useState(false);
	const root = useRef<HTMLDivElement>(null);
	const field = useRef<HTMLInputElement>(null);
	const arrange = useRef((_search: string) => {});
	useEffect(() => {
		// On touch, focusing the field would open a keyboard that hides the emoji.
		const first = matchMedia("(pointer: coarse)").matches ? "[frimousse-viewport]" : "input";
		root.current?.querySelector<HTMLElement>(first)?.focus({ preventScroll: true });
	}, []);
	const resolve = async (language: string): Promise<EmojiData> => {
		try {
			const list = await loadEmoji(language);
			const data = pickerData(list, language);
			putRecent(data, list, recentEmoji(), strings.recentEmoji);
			arrange.current = (search) => putFirst(data, list, search);
			arrange.current(field.current?.value ?? "");
			return data;
		} catch {
			setIsMissing(true);
			return { locale: language, emojis: [], categories: [], skinTones: noNames };
		}
	};
	const choose = (emoji: string) => {
		keepRecent(emoji);
		onClose();
		onChoose(emoji);
	};
	/** The device's keyboard has emoji too, and newer ones: one that is typed is chosen at once. */
	const change = (event: ChangeEvent<HTMLInputElement>) => {
		const emoji = event.target.value.trim();
		arrange.current(emoji);
		if (emoji.length > limits.emoji || !isEmoji(emoji)) return;
		event.preventDefault();
		choose(normalizeEmoji(emoji));
	};

	if (isMissing) return <NoEmoji />;
	return (
		<Picker.Root
			ref={root}
			className={styles.picker}
			locale={emojiLanguage()}
			columns={columns()}
			skinTone={skinTone}
			resolveEmojiData={resolve}
			onEmojiSelect={({ emoji }) => choose(normalizeEmoji(emoji))}
		>
			<div className={styles.bar}>
				{/* In no form: Enter would submit the surrounding one. */}
				<Picker.Search
					ref={field}
					form=""
					className={styles.search}
					aria-label={strings.findEmoji}
					placeholder={strings.findEmoji}
					onChange={change}
				/>
				<SkinToneField tone={skinTone} />
			</div>
			<Picker.Viewport className={styles.viewport} tabIndex={0} role="group" aria-label={strings.emoji}>
				<Picker.Loading className={styles.note}>{strings.loading}</Picker.Loading>
				<Picker.Empty className={styles.note}>{({ search }) => strings.noEmoji(search)}</Picker.Empty>
				<Picker.List components={{ CategoryHeader, Row, Emoji }} />
			</Picker.Viewport>
		</Picker.Root>
	);
}

/** Shows only the hand while it is closed. */
function SkinToneField({ tone }: { tone: SkinTone }) {
	const strings = useStrings();
	const hand = (tone: SkinTone) => withSkinTone({ emoji: "✋", tints: 1 }, tone);
	return (
		<label className={styles.tone} title={strings.skinTone}>
			<span aria-hidden="true">{hand(tone)}</span>
			<select
				aria-label={strings.skinTone}
				value={tone}
				onChange={({ target }) => preferences.change({ skinTone: target.value as SkinTone })}
			>
				{skinTones.map((tone) => (
					<option key={tone} value={tone}>{`${hand(tone)} ${strings.skinTones[tone]}`}</option>
				))}
			</select>
		</label>
	);
}

type Parts = NonNullable<ComponentProps<typeof Picker.List>["components"]>;
type PropsOf<K extends keyof Parts> = ComponentProps<NonNullable<Parts[K]>>;

function CategoryHeader({ category, ...props }: PropsOf<"CategoryHeader">) {
	return (
		<div {...props} className={styles.group}>
			{category.label}
		</div>
	);
}

/**
 * The library counts rows from zero, but `aria-rowindex` starts at 1: the first row goes without an
 * index.
 */
function Row({ "aria-rowindex": index, ...props }: PropsOf<"Row"> & { "aria-rowindex"?: number }) {
	const place = index ? { "aria-rowindex": index } : {};
	return <div {...props} {...place} className={styles.row} />;
}

function Emoji({ emoji, "aria-colindex": _, ...props }: PropsOf<"Emoji">) {
	return (
		<button type="button" {...props} title={emoji.label} className={styles.emoji}>
			{emoji.emoji}
		</button>
	);
}

/** The number of emoji that fit in a row. */
function columns(): number {
	const target = Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--target"));
	const width = Math.min(24, document.documentElement.clientWidth / rem() - 2.5);
	return Math.max(4, Math.floor(width / (target || 2.25)));
}

function rem(): number {
	return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

// A field for what one says: Enter sends, if one likes; names of members and of emoji are completed from a list.

import { type ChangeEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import type { Person } from "../../../../src/protocol/person.ts";
import { usePreferences } from "../../account/currentPreferences.ts";
import { EmojiButton } from "../../emoji/EmojiButton.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Field.module.css";
import { useCompletion } from "./useCompletion.ts";
import { useGrowth } from "./useGrowth.ts";

type Props = {
	text: string;
	placeholder: string;
	/** Who may be named. */
	people: readonly Person[];
	onText(text: string): void;
	/** Somebody was named from the list. */
	onName(person: Person): void;
	onEnter(): void;
	onEscape(): void;
	/** Up, where there is nothing to go up in. */
	onUp?(): void;
	/** Another one takes the focus to the field. */
	focusKey: string;
	/** The buttons beside it. */
	children: ReactNode;
};

export function Field({ text, placeholder, people, onText, onName, onEnter, onEscape, onUp, focusKey, children }: Props) {
	const strings = useStrings();
	const id = useId();
	const field = useRef<HTMLTextAreaElement>(null);
	const [caret, setCaret] = useState(text.length);
	const moveTo = useRef<number>(undefined);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another key is another reason to write.
	useEffect(() => {
		field.current?.focus();
		field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
	}, [focusKey]);
	useLayoutEffect(() => {
		if (moveTo.current !== undefined) field.current?.setSelectionRange(moveTo.current, moveTo.current);
		moveTo.current = undefined;
	});
	useGrowth(field, text);

	const put = (written: { text: string; caret: number }) => {
		moveTo.current = written.caret;
		setCaret(written.caret);
		onText(written.text);
	};
	const { offer, typed } = useCompletion({ text, caret }, people, put, onName);
	const insert = (emoji: string) => {
		const { selectionStart, selectionEnd } = field.current ?? { selectionStart: caret, selectionEnd: caret };
		put({ text: text.slice(0, selectionStart) + emoji + text.slice(selectionEnd), caret: selectionStart + emoji.length });
		field.current?.focus();
	};
	const change = ({ target, nativeEvent }: ChangeEvent<HTMLTextAreaElement>) => {
		const written = { text: target.value, caret: target.selectionEnd };
		const become = (nativeEvent as InputEvent).isComposing ? written : typed(written);
		if (become !== written) return put(become);
		setCaret(written.caret);
		onText(written.text);
	};

	const { enterSends } = usePreferences();
	const keysOfField: Record<string, () => void> = { Enter: onEnter, Escape: onEscape, ...(text === "" && onUp && { ArrowUp: onUp }) };
	const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
		// What ends a composed word is not for us; Safari tells it by 229 alone.
		const isComposing = event.nativeEvent.isComposing || event.keyCode === 229;
		const act = (offer?.keys ?? keysOfField)[event.key];
		if (!act || event.shiftKey || isComposing) return;
		const isNewLine = event.key === "Enter" && !offer && !enterSends && !event.ctrlKey && !event.metaKey;
		if (isNewLine) return;
		if (event.key !== "Escape") event.preventDefault();
		act();
	};

	const optionId = (index: number) => `${id}-${index}`;
	// It stays a field of several lines, which no combobox is.
	const listed = offer && {
		"aria-haspopup": "listbox" as const,
		"aria-autocomplete": "list" as const,
		"aria-controls": id,
		"aria-activedescendant": optionId(offer.selected),
	};
	return (
		<div className={styles.row}>
			{offer && <offer.List id={id} completion={offer.completion} selected={offer.selected} optionId={optionId} onChoose={offer.choose} />}
			<textarea
				ref={field}
				rows={1}
				dir="auto"
				enterKeyHint={enterSends ? "send" : "enter"}
				aria-label={strings.message}
				placeholder={placeholder}
				value={text}
				{...listed}
				onChange={change}
				onSelect={({ currentTarget }) => setCaret(currentTarget.selectionEnd)}
				onKeyDown={pressed}
			/>
			<div className={styles.buttons}>
				<EmojiButton className={styles.emoji} onChoose={insert} />
				{children}
			</div>
		</div>
	);
}

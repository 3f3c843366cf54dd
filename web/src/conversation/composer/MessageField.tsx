// A text field for messages. Enter sends, if the person wants that, and breaks lines in code; names of members and emoji are completed from a list.

import { type ChangeEvent, type KeyboardEvent, type ReactNode, type RefObject, useId, useLayoutEffect, useRef } from "react";
import type { Person } from "../../../../src/protocol/person.ts";
import { usePreferences } from "../../account/currentPreferences.ts";
import { hasSoftKeyboard } from "../../browser.ts";
import { EmojiButton } from "../../emoji/EmojiButton.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { isPressed, steerKeys } from "../../useShortcut.ts";
import { fencesIn } from "../../writing/fences.ts";
import type { Mentionable } from "../../writing/mentionQuery.ts";
import styles from "./MessageField.module.css";
import { useAutoGrow } from "./useAutoGrow.ts";
import { useCaret } from "./useCaret.ts";
import { useCompletion } from "./useCompletion.ts";

type Props = {
	text: string;
	placeholder: string;
	/** The people who can be mentioned. */
	people: Mentionable;
	onText(text: string): void;
	/** A person was chosen from the list. */
	onMention(person: Person): void;
	onEnter(): void;
	/** Enter was pressed with the keys of `steerKeys`. */
	onSteer?: (() => void) | undefined;
	onEscape(): void;
	/** The up arrow was pressed in an empty field. */
	onUp?(): void;
	/** A new key moves the focus to the field; none leaves it where it is. */
	focusKey: string | undefined;
	/** The buttons beside it. */
	children: ReactNode;
};

export function MessageField({
	text,
	placeholder,
	people,
	onText,
	onMention,
	onEnter,
	onSteer,
	onEscape,
	onUp,
	focusKey,
	children,
}: Props) {
	const strings = useStrings();
	const id = useId();
	const field = useRef<HTMLTextAreaElement>(null);
	const enterSends = usePreferences().enterSends && !hasSoftKeyboard();
	useFocus(field, focusKey);
	const { caret, setCaret, setText, isOwn } = useCaret(field, text, onText);
	useAutoGrow(field, text);
	const { offer, typed } = useCompletion({ text, caret }, people, setText, onMention);

	const insert = (emoji: string) => {
		const { selectionStart, selectionEnd } = field.current ?? { selectionStart: caret, selectionEnd: caret };
		setText({ text: text.slice(0, selectionStart) + emoji + text.slice(selectionEnd), caret: selectionStart + emoji.length });
		field.current?.focus();
	};
	const change = ({ target, nativeEvent }: ChangeEvent<HTMLTextAreaElement>) => {
		const { isComposing, inputType = "" } = nativeEvent as InputEvent;
		const next = { text: target.value, caret: target.selectionEnd };
		// What is undone would be replaced again.
		if (!isComposing && !isOwn() && !inputType.startsWith("history")) typed(next);
		setCaret(next.caret);
		onText(next.text);
	};
	const keys: Record<string, () => void> = offer?.keys ?? {
		Enter: onEnter,
		Escape: onEscape,
		...(text === "" && onUp && { ArrowUp: onUp }),
	};
	const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
		const isSteering = isPressed(steerKeys, event.nativeEvent) && onSteer && !isComposing(event);
		if (isSteering) {
			event.preventDefault();
			return onSteer();
		}
		const act = keys[event.key];
		if (!act || event.shiftKey || isComposing(event)) return;
		const isNewLine = event.key === "Enter" && !offer && !event.ctrlKey && !event.metaKey && (!enterSends || isInCode(event.currentTarget));
		if (isNewLine) return;
		if (event.key !== "Escape") event.preventDefault();
		act();
	};

	const optionId = (index: number) => `${id}-${index}`;
	// A combobox cannot have several lines, so the field keeps its role.
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
				onKeyDown={keyDown}
			/>
			<div className={styles.buttons}>
				<EmojiButton className={styles.emoji} onChoose={insert} />
				{children}
			</div>
		</div>
	);
}

/** Moves the focus to the end of the field with every new key. */
function useFocus(field: RefObject<HTMLTextAreaElement | null>, focusKey: string | undefined): void {
	useLayoutEffect(() => {
		if (focusKey === undefined) return;
		field.current?.focus();
		field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
	}, [field, focusKey]);
}

/** In a code block that has no end yet, or before its end. */
function isInCode({ value, selectionStart }: HTMLTextAreaElement): boolean {
	return fencesIn(value.slice(0, selectionStart)).isOpen;
}

/** A key that ends a composed word belongs to the input method. Safari reports it by code 229 alone. */
function isComposing(event: KeyboardEvent): boolean {
	return event.nativeEvent.isComposing || event.keyCode === 229;
}

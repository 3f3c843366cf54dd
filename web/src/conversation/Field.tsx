// A field for what one says: Enter sends, if one likes, and a name that begins with @ is completed from a list.

import { type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import type { Person } from "../../../src/protocol/person.ts";
import { usePreferences } from "../currentPreferences.ts";
import { complete, completionAt } from "../mentions.ts";
import { strings } from "../strings.ts";
import { CompletionList } from "./CompletionList.tsx";
import styles from "./Field.module.css";

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
	const id = useId();
	const field = useRef<HTMLTextAreaElement>(null);
	const [caret, setCaret] = useState(text.length);
	const [index, setIndex] = useState(0);
	/** Where a list begins that was sent away. */
	const [dismissed, setDismissed] = useState<number>();
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

	const found = completionAt(text, caret, people);
	const completion = found && found.start !== dismissed ? found : undefined;
	const options = completion?.options ?? [];
	const selected = Math.min(index, options.length - 1);
	const optionId = (person: Person) => `${id} ${person.userId}`;

	const choose = (person: Person | undefined) => {
		if (!completion || !person) return;
		const completed = complete(text, caret, completion, person);
		moveTo.current = completed.caret;
		setCaret(completed.caret);
		onText(completed.text);
		onName(person);
	};
	const keysOfList: Record<string, () => void> = {
		ArrowDown: () => setIndex((selected + 1) % options.length),
		ArrowUp: () => setIndex((selected - 1 + options.length) % options.length),
		Enter: () => choose(options[selected]),
		Tab: () => choose(options[selected]),
		Escape: () => setDismissed(completion?.start),
	};
	const { enterSends } = usePreferences();
	const keysOfField: Record<string, () => void> = { Enter: onEnter, Escape: onEscape, ...(text === "" && onUp && { ArrowUp: onUp }) };
	const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
		// What ends a composed word is not for us; Safari tells it by 229 alone.
		const isComposing = event.nativeEvent.isComposing || event.keyCode === 229;
		const act = (completion ? keysOfList : keysOfField)[event.key];
		if (!act || event.shiftKey || isComposing) return;
		const isNewLine = event.key === "Enter" && !completion && !enterSends && !event.ctrlKey && !event.metaKey;
		if (isNewLine) return;
		if (event.key !== "Escape") event.preventDefault();
		act();
	};

	const combobox = completion && {
		role: "combobox",
		"aria-expanded": true,
		"aria-haspopup": "listbox" as const,
		"aria-autocomplete": "list" as const,
		"aria-controls": id,
		"aria-activedescendant": options[selected] && optionId(options[selected]),
	};
	return (
		<div className={styles.row}>
			{completion && <CompletionList id={id} options={options} selected={selected} optionId={optionId} onChoose={choose} />}
			<textarea
				ref={field}
				rows={1}
				dir="auto"
				enterKeyHint={enterSends ? "send" : "enter"}
				aria-label={strings.message}
				placeholder={placeholder}
				value={text}
				{...combobox}
				onChange={({ target }) => {
					setIndex(0);
					setCaret(target.selectionEnd);
					onText(target.value);
					if (!target.value.includes("@")) setDismissed(undefined);
				}}
				onSelect={({ currentTarget }) => setCaret(currentTarget.selectionEnd)}
				onKeyDown={pressed}
			/>
			{children}
		</div>
	);
}

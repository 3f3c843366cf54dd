// The list of completions. The focus stays in the field, whose attributes name the selected option.

import { useEffect, useRef } from "react";
import { claude, type Person } from "../../../../src/protocol/person.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { hueOf } from "../../people/person.ts";
import type { Completion, Option } from "../../writing/completions.ts";
import styles from "./CompletionList.module.css";

type Props = {
	id: string;
	completion: Completion;
	selected: number;
	optionId(index: number): string;
	onChoose(option: Option): void;
};

export function CompletionList({ id, completion: { noun, options }, selected, optionId, onChoose }: Props) {
	const strings = useStrings();
	const list = useRef<HTMLDivElement>(null);
	useEffect(() => {
		list.current?.children[selected]?.scrollIntoView({ block: "nearest" });
	}, [selected]);
	return (
		<div
			ref={list}
			id={id}
			role="listbox"
			aria-label={noun === "person" ? strings.suggestions : strings.emojiSuggestions}
			className={styles.list}
		>
			{options.map((option, index) => (
				// biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the field has the focus and the keys.
				<div
					key={keyOf(option)}
					id={optionId(index)}
					role="option"
					aria-selected={index === selected}
					data-noun={option.type}
					data-hue={option.type === "person" ? hueOf(option.person.userId) : undefined}
					// The field keeps the focus.
					onMouseDown={(event) => event.preventDefault()}
					onClick={() => onChoose(option)}
				>
					{option.type === "person" ? <Name person={option.person} /> : <Named emoji={option.emoji} name={option.name} />}
				</div>
			))}
		</div>
	);
}

function Name({ person: { userId, username } }: { person: Person }) {
	const strings = useStrings();
	return (
		<>
			<bdi>{username}</bdi>
			{userId === claude.userId && <small>{strings.asksClaude}</small>}
		</>
	);
}

function Named({ emoji, name }: { emoji: string; name: string }) {
	return (
		<>
			<span>{emoji}</span>
			<bdi>{name}</bdi>
		</>
	);
}

function keyOf(option: Option): string {
	return option.type === "person" ? option.person.userId : option.emoji;
}

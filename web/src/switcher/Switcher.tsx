// Goes to a conversation by a part of its title, or does one of a few things that are wanted from anywhere. The focus stays in the
// field, which says what is selected.

import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { Modal } from "../controls/Modal.tsx";
import { Icon, type IconName } from "../icons.tsx";
import type { Catalogue } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import type { ListClient } from "../list/listClient.ts";
import { titleOf } from "../list/titles.ts";
import { useListSnapshot } from "../list/usePersonalList.ts";
import { Badges } from "../sidebar/Badges.tsx";
import { isPressed, switchKeys } from "../useShortcut.ts";
import { choicesFor, type Named } from "./choices.ts";
import styles from "./Switcher.module.css";

export type Command = {
	icon: IconName;
	label: string;
	keys?: string;
	/** It takes what is written, which otherwise is to be a part of its name. */
	takesText?: boolean;
	act(text: string): void;
};

/** A list that is longer is not read; older conversations are fetched until there are so many. */
const most = 20;

type Option = { key: string } & ({ type: "conversation"; named: Named } | { type: "command"; command: Command });

type Props = {
	client: ListClient;
	openId: string | undefined;
	commands: readonly Command[];
	onGo(id: string): void;
	onClose(): void;
};

export function Switcher({ client, openId, commands, onGo, onClose }: Props) {
	const strings = useStrings();
	const { list } = useListSnapshot(client);
	const id = useId();
	const field = useRef<HTMLInputElement>(null);
	const [text, setText] = useState("");
	/** `undefined`: the first. */
	const [chosen, setChosen] = useState<string>();
	useEffect(() => field.current?.focus(), []);

	const named = useMemo(
		() => list.conversations.map((listed) => ({ listed, title: titleOf(listed, strings) })),
		[list.conversations, strings],
	);
	const found = useMemo(() => choicesFor(text, named, openId), [text, named, openId]);
	const sought = text.trim();
	const fitting = commands.filter(({ label, takesText }) => takesText || label.toLowerCase().includes(sought.toLowerCase()));
	const conversations = found.slice(0, most).map((one): Option => ({ key: one.listed.id, type: "conversation", named: one }));
	const actions = fitting.map((command): Option => ({ key: command.label, type: "command", command }));
	const options = [...conversations, ...actions];
	const selected = Math.max(
		0,
		options.findIndex(({ key }) => key === chosen),
	);
	// What is written may be the name of one that the list has not come to.
	const isShort = sought !== "" && found.length < most && list.older === "some";
	useEffect(() => {
		if (isShort) void client.loadOlder();
	}, [isShort, client]);
	useEffect(() => {
		document.getElementById(`${id}-${selected}`)?.scrollIntoView({ block: "nearest" });
	}, [id, selected]);

	const close = () => field.current?.closest("dialog")?.close();
	const choose = (option: Option | undefined) => {
		if (!option) return;
		// Before it acts: the focus goes back to where it was, and from there to whatever opens.
		close();
		if (option.type === "conversation") onGo(option.named.listed.id);
		else option.command.act(option.command.takesText ? sought : "");
	};
	const press = (event: KeyboardEvent) => {
		if (event.nativeEvent.isComposing || event.keyCode === 229) return;
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (isPressed(switchKeys, event.nativeEvent)) close();
		else if (event.key === "Enter") choose(options[selected]);
		else if (step !== undefined) setChosen(options.at((selected + step) % options.length)?.key);
		else return;
		event.preventDefault();
	};
	const draw = (option: Option, index: number) => (
		// biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the field has the focus and the keys.
		<div
			key={option.key}
			id={`${id}-${index}`}
			role="option"
			className={styles.option}
			aria-selected={index === selected}
			// The field keeps the focus.
			onMouseDown={(event) => event.preventDefault()}
			onMouseMove={() => setChosen(option.key)}
			onClick={() => choose(option)}
		>
			{option.type === "conversation" ? (
				<Conversation {...option.named} isOpen={option.key === openId} />
			) : (
				<Doing {...option.command} text={sought} />
			)}
		</div>
	);

	return (
		<Modal title={strings.goTo} onClose={onClose}>
			<input
				ref={field}
				role="combobox"
				className={styles.field}
				value={text}
				aria-label={strings.goToLabel}
				aria-expanded="true"
				aria-controls={`${id}-list`}
				aria-activedescendant={options.length > 0 ? `${id}-${selected}` : undefined}
				aria-autocomplete="list"
				placeholder={strings.goToHint}
				maxLength={limits.title}
				autoComplete="off"
				enterKeyHint="go"
				dir="auto"
				onChange={({ target }) => {
					setText(target.value);
					setChosen(undefined);
				}}
				onKeyDown={press}
			/>
			<p className={styles.said} role="status">
				{saidOf(list, found.length, sought, strings)}
			</p>
			<div id={`${id}-list`} role="listbox" aria-label={strings.goTo} className={styles.options}>
				{/* biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields. */}
				<div role="group" aria-label={strings.conversations}>
					{conversations.map(draw)}
				</div>
				{/* biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields. */}
				<div role="group" aria-label={strings.commands} className={styles.commands}>
					{actions.map((option, index) => draw(option, conversations.length + index))}
				</div>
			</div>
		</Modal>
	);
}

function Conversation({ listed, title, isOpen }: Named & { isOpen: boolean }) {
	const strings = useStrings();
	return (
		<>
			<span className={styles.name} dir="auto">
				{title}
			</span>
			{(isOpen || listed.archived) && <small>{isOpen ? strings.openNow : strings.inArchive}</small>}
			<Badges listed={listed} />
			<time dateTime={listed.lastActivityAt}>{strings.formatWhen(Date.parse(listed.lastActivityAt), Date.now())}</time>
		</>
	);
}

function Doing({ icon, label, keys, takesText, text }: Command & { text: string }) {
	const strings = useStrings();
	return (
		<>
			<Icon name={icon} />
			<span className={styles.name}>{takesText && text !== "" ? strings.commandWith(label, text) : label}</span>
			{keys !== undefined && <kbd>{keys}</kbd>}
		</>
	);
}

function saidOf({ isKnown, older }: { isKnown: boolean; older: string }, count: number, sought: string, strings: Catalogue): string {
	if (!isKnown) return strings.loading;
	if (sought === "") return "";
	if (older === "loading" || older === "some") return count < most ? strings.lookingFurther : "";
	if (older === "failed") return strings.notLookedFurther;
	return count === 0 ? strings.noSuchConversation : "";
}

// The dialog that goes to a conversation by part of its title, or runs a command. The focus stays
// in the field, which announces the selected option.

import { type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { Modal } from "../controls/Modal.tsx";
import { Icon } from "../icons.tsx";
import type { Catalogue } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import type { List } from "../list/list.ts";
import type { ListClient } from "../list/listClient.ts";
import { Badges } from "../sidebar/Badges.tsx";
import { isPressed, switchKeys } from "../useShortcut.ts";
import type { Named } from "./choices.ts";
import styles from "./Switcher.module.css";
import { type Command, mostConversations, type Option, useOptions } from "./useOptions.ts";

type Props = {
	client: ListClient;
	openId: string | undefined;
	commands: readonly Command[];
	onGo(id: string): void;
	onClose(): void;
};

export function Switcher({ client, openId, commands, onGo, onClose }: Props) {
	const strings = useStrings();
	const id = useId();
	const field = useRef<HTMLInputElement>(null);
	useLayoutEffect(() => field.current?.focus(), []);
	const { list, text, setText, conversations, actions, options, selected, select, found } = useOptions(client, openId, commands);
	useEffect(() => {
		document.getElementById(`${id}-${selected}`)?.scrollIntoView({ block: "nearest" });
	}, [id, selected]);

	const close = () => field.current?.closest("dialog")?.close();
	const choose = (option: Option | undefined) => {
		if (!option) return;
		// Before it acts: the focus returns to where it was, and moves from there to whatever opens.
		close();
		if (option.type === "conversation") onGo(option.named.listed.id);
		else option.command.act(option.command.takesText ? text.trim() : "");
	};
	const press = (event: KeyboardEvent) => {
		if (event.nativeEvent.isComposing || event.keyCode === 229) return;
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (isPressed(switchKeys, event.nativeEvent)) close();
		else if (event.key === "Enter") choose(options[selected]);
		else if (step !== undefined) select(options.at((selected + step) % options.length));
		else return;
		event.preventDefault();
	};
	const draw = (option: Option, index: number) => (
		<OptionRow
			key={option.key}
			id={`${id}-${index}`}
			isSelected={index === selected}
			onSelect={() => select(option)}
			onChoose={() => choose(option)}
		>
			{option.type === "conversation" ? (
				<ConversationOption {...option.named} isOpen={option.key === openId} />
			) : (
				<CommandOption {...option.command} text={text.trim()} />
			)}
		</OptionRow>
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
				onChange={({ target }) => setText(target.value)}
				onKeyDown={press}
			/>
			<p className={styles.said} role="status">
				{statusOf(list, found, text.trim(), strings)}
			</p>
			<OptionList id={`${id}-list`} conversations={conversations} actions={actions} draw={draw} />
		</Modal>
	);
}

type ListProps = {
	id: string;
	conversations: readonly Option[];
	actions: readonly Option[];
	draw(option: Option, index: number): ReactNode;
};

function OptionList({ id, conversations, actions, draw }: ListProps) {
	const strings = useStrings();
	return (
		<div id={id} role="listbox" aria-label={strings.goTo} className={styles.options}>
			{/* biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields. */}
			<div role="group" aria-label={strings.conversations}>
				{conversations.map(draw)}
			</div>
			{/* biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields. */}
			<div role="group" aria-label={strings.commands} className={styles.commands}>
				{actions.map((option, index) => draw(option, conversations.length + index))}
			</div>
		</div>
	);
}

type RowProps = { id: string; isSelected: boolean; onSelect(): void; onChoose(): void; children: ReactNode };

function OptionRow({ id, isSelected, onSelect, onChoose, children }: RowProps) {
	return (
		// biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the field has the focus and the keys.
		<div
			id={id}
			role="option"
			className={styles.option}
			aria-selected={isSelected}
			// The field keeps the focus.
			onMouseDown={(event) => event.preventDefault()}
			onMouseMove={onSelect}
			onClick={onChoose}
		>
			{children}
		</div>
	);
}

function ConversationOption({ listed, title, isOpen }: Named & { isOpen: boolean }) {
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

function CommandOption({ icon, label, takesText, text }: Command & { text: string }) {
	const strings = useStrings();
	return (
		<>
			<Icon name={icon} />
			<span className={styles.name}>{takesText && text !== "" ? strings.commandWith(label, text) : label}</span>
		</>
	);
}

function statusOf({ isKnown, older }: List, found: number, text: string, strings: Catalogue): string {
	if (!isKnown) return strings.loading;
	if (text === "") return "";
	if (older === "loading" || older === "some") return found < mostConversations ? strings.lookingFurther : "";
	if (older === "failed") return strings.notLookedFurther;
	return found === 0 ? strings.noSuchConversation : "";
}

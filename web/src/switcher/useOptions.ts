// The options of the switcher: conversations and commands that match what is typed, and which of
// them is selected.

import { useEffect, useMemo, useState } from "react";
import type { IconName } from "../icons.tsx";
import { useStrings } from "../languages/useStrings.ts";
import type { ListClient } from "../list/listClient.ts";
import { titleOf } from "../list/titles.ts";
import { useListSnapshot } from "../list/usePersonalList.ts";
import { choicesFor, type Named } from "./choices.ts";

export type Command = {
	icon: IconName;
	label: string;
	/** It receives the typed text. Other commands match the text by their label. */
	takesText?: boolean;
	act(text: string): void;
};

export type Option = { key: string } & ({ type: "conversation"; named: Named } | { type: "command"; command: Command });

/** Nobody reads a longer list. Older conversations are loaded until there are this many. */
export const mostConversations = 20;

export function useOptions(client: ListClient, openId: string | undefined, commands: readonly Command[]) {
	const strings = useStrings();
	const { list } = useListSnapshot(client);
	const [text, setText] = useState("");
	/** `undefined`: the first option. */
	const [selectedKey, setSelectedKey] = useState<string>();
	const named = useMemo(
		() => list.conversations.map((listed) => ({ listed, title: titleOf(listed, strings) })),
		[list.conversations, strings],
	);
	const found = useMemo(() => choicesFor(text, named, openId), [text, named, openId]);
	const wanted = text.trim().toLowerCase();
	// The text may be the title of a conversation that is not loaded yet.
	const isShort = wanted !== "" && found.length < mostConversations && list.older === "some";
	useEffect(() => {
		if (isShort) void client.loadOlder();
	}, [isShort, client]);

	const conversations = found.slice(0, mostConversations).map((one): Option => ({ key: one.listed.id, type: "conversation", named: one }));
	const matching = commands.filter(({ label, takesText }) => takesText || label.toLowerCase().includes(wanted));
	const actions = matching.map((command): Option => ({ key: command.label, type: "command", command }));
	const options = [...conversations, ...actions];
	const at = options.findIndex(({ key }) => key === selectedKey);
	return {
		list,
		text,
		setText: (text: string) => {
			setText(text);
			setSelectedKey(undefined);
		},
		conversations,
		actions,
		options,
		selected: Math.max(0, at),
		select: (option: Option | undefined) => setSelectedKey(option?.key),
		found: found.length,
	};
}

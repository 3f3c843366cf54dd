// Chooses which messages of one conversation notify the person.

import { useState } from "react";
import type { ListEntry, ListEntryChange } from "../../../src/protocol/conversation.ts";
import { Modal } from "../controls/Modal.tsx";
import { Problem } from "../controls/Problem.tsx";
import { useListSnapshot, usePersonalList } from "../list/usePersonalList.ts";
import { Choice } from "../settings/Choice.tsx";
import { useWords } from "./words.ts";

const levels = ["default", "all", "mentions", "off"] as const;
type Level = (typeof levels)[number];

const changes: Record<Level, ListEntryChange> = {
	default: { muted: false, notifications: null },
	all: { muted: false, notifications: "all" },
	mentions: { muted: false, notifications: "mentions" },
	off: { muted: true },
};

export function LevelDialog({ listed, title, onClose }: { listed: ListEntry; title: string; onClose(): void }) {
	const words = useWords();
	const client = usePersonalList();
	const [problem, setProblem] = useState("");
	const now = useListSnapshot(client).list.conversations.find(({ id }) => id === listed.id) ?? listed;
	const choose = async (level: Level) => setProblem((await client.change(now, changes[level])) ? "" : words.notChanged);
	return (
		<Modal title={words.levelTitle(title)} onClose={onClose}>
			<Choice
				legend={words.level}
				name="level"
				options={levels.map((value) => ({ value, label: words.levels[value] }))}
				chosen={now.muted ? "off" : (now.notifications ?? "default")}
				onChoose={(level) => void choose(level)}
			/>
			<Problem>{problem}</Problem>
		</Modal>
	);
}

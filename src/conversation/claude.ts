// Connects a conversation to Claude: its replies, titles, summaries and descriptions of pictures.

import { anthropicModel } from "../claude/anthropic.ts";
import { anthropicDescriber } from "../claude/files/describer.ts";
import { mcpToolbox } from "../claude/mcp/toolbox.ts";
import { anthropicSummarizer } from "../claude/memory/summarizer.ts";
import { anthropicTitler } from "../claude/titler.ts";
import type { Settings } from "../settings.ts";
import type { FileBytes } from "./ports.ts";
import { Memory } from "./replies/memory/memory.ts";
import { Replies } from "./replies/replies.ts";
import { Titles } from "./replies/title.ts";

type PartsOf<T extends new (parts: never) => unknown> = ConstructorParameters<T>[0];
type Shared = Omit<PartsOf<typeof Titles>, "titler"> &
	Omit<PartsOf<typeof Memory>, "summarizer"> &
	Omit<PartsOf<typeof Replies>, "model" | "toolbox" | "idleTimeout" | "guestsAsk" | "afterwards" | "titles" | "memory"> & {
		fileBytes: FileBytes;
	};

/** The conversation's part that answers. */
export function claudeOf(shared: Shared, { claude, mcp, guestClaude }: Settings) {
	const titles = new Titles({ ...shared, titler: anthropicTitler(claude) });
	const memory = new Memory({ ...shared, summarizer: anthropicSummarizer(claude) });
	const replies = new Replies({
		...shared,
		model: anthropicModel(claude, shared.fileBytes),
		toolbox: mcpToolbox(mcp),
		idleTimeout: claude.idleTimeout,
		guestsAsk: guestClaude,
		afterwards: (run) => queueMicrotask(run),
		titles,
		memory,
	});
	return { titles, memory, replies, describer: anthropicDescriber(claude, shared.fileBytes) };
}

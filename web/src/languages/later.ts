// The types of the texts that belong to parts which are loaded later.

import type { Words as Dialogs } from "../conversation/dialogs/words.ts";
import type { Words as Forks } from "../conversation/message/forkWords.ts";
import type { Words as Notices } from "../conversation/noticeWords.ts";
import type { Words as Files } from "../files/words.ts";
import type { Words as Keeping } from "../keeping/words.ts";
import type { Words as Links } from "../links/words.ts";
import type { Words as Diagrams } from "../markdown/diagrams/words.ts";
import type { Words as Markdown } from "../markdown/words.ts";
import type { Words as Memory } from "../memory/words.ts";
import type { Words as Money } from "../money/words.ts";
import type { Words as Push } from "../push/words.ts";
import type { Words as Research } from "../research/words.ts";
import type { Words as Settings } from "../settings/words.ts";
import type { Words as Webhooks } from "../webhooks/words.ts";
import type { LaterPart, Translation } from "./catalogue.ts";

/** A language that is one file, with the texts of all parts. */
export type Complete = Translation & { later: Later };

type Texts = {
	diagrams: Diagrams;
	dialogs: Dialogs;
	files: Files;
	forks: Forks;
	keeping: Keeping;
	links: Links;
	markdown: Markdown;
	memory: Memory;
	money: Money;
	notices: Notices;
	push: Push;
	research: Research;
	settings: Settings;
	webhooks: Webhooks;
};

export type Later = { [P in LaterPart]: Texts[P] };

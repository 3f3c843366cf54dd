// The demo model that replies while no API key is set: a `fetch` that speaks the Messages API's streaming format at a model's pace.
// Uses no network and stores nothing. Knows the shape of a prompt; must not know conversations or sockets.

import { inName } from "../protocol/text/assistant-name.ts";
import { withoutClaudeMentions } from "../protocol/text/claude-mention.ts";
import { readEnvelope } from "./envelope.ts";
import { type Prompt, partialReplyIn } from "./prompt.ts";

/** Milliseconds between two words: about 50 a second, the pace of a fast model. */
const pace = 20;

/** Takes a request of the Messages API that asks for a stream. The same request gets the same answer. */
export async function demoFetch(_input: string | URL | Request, init?: RequestInit): Promise<Response> {
	const prompt: Prompt = JSON.parse(String(init?.body));
	return new Response(paced(eventsOf(prompt, thinkingFor(prompt), answerFor(prompt)), init?.signal ?? undefined), {
		headers: { "content-type": "text/event-stream" },
	});
}

type Event = { type: string; [field: string]: unknown };

/** Server-sent events, each made only when it is read. An abort ends the stream at once. */
function paced(events: Iterator<Event>, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
	const encoder = new TextEncoder();
	let timer: ReturnType<typeof setTimeout> | undefined;
	const source: UnderlyingSource<Uint8Array> = {
		start(controller) {
			signal?.throwIfAborted();
			signal?.addEventListener("abort", () => {
				clearTimeout(timer);
				controller.error(signal.reason);
			});
		},
		async pull(controller) {
			const { value: event, done } = events.next();
			if (done) return controller.close();
			if (event.type === "content_block_delta") {
				await new Promise<void>((resolve) => {
					timer = setTimeout(resolve, pace);
				});
			}
			controller.enqueue(encoder.encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
		},
		cancel() {
			clearTimeout(timer);
		},
	};
	return new ReadableStream(source, { highWaterMark: 0 });
}

function* eventsOf(prompt: Prompt, thinking: string, answer: string): Generator<Event, undefined> {
	const words = wordsOf(answer);
	const promptText = prompt.messages.flatMap(({ content }) => content.map(({ text }) => text)).join(" ");
	const usage = { input_tokens: promptText.split(/\s+/).length, output_tokens: 0 };
	const message = { id: "msg_demo", type: "message", role: "assistant", model: "demo", content: [], stop_reason: null };
	yield { type: "message_start", message: { ...message, stop_sequence: null, usage } };
	if (thinking !== "") {
		yield { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } };
		for (const word of wordsOf(thinking))
			yield { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: word } };
		yield { type: "content_block_stop", index: 0 };
	}
	const index = thinking === "" ? 0 : 1;
	yield { type: "content_block_start", index, content_block: { type: "text", text: "" } };
	yield { type: "ping" };
	for (const text of words) yield { type: "content_block_delta", index, delta: { type: "text_delta", text } };
	yield { type: "content_block_stop", index };
	yield {
		type: "message_delta",
		delta: { stop_reason: "end_turn", stop_sequence: null },
		usage: { ...usage, output_tokens: words.length },
	};
	yield { type: "message_stop" };
	return undefined;
}

/** Words, each with the white space after it. */
function wordsOf(text: string): string[] {
	return text.match(/\S+\s*/g) ?? [];
}

/** The whole answer, or the rest of one that broke off. */
function answerFor(prompt: Prompt): string {
	const partial = partialReplyIn(prompt);
	if (partial === undefined) return wholeAnswer(prompt);
	const whole = wholeAnswer({ ...prompt, messages: prompt.messages.slice(0, -2) });
	return whole.startsWith(partial) ? whole.slice(partial.length) : whole;
}

/** Thinks only if somebody asks to see that. */
function thinkingFor(prompt: Prompt): string {
	return partialReplyIn(prompt) === undefined && readQuestion(prompt).topic === "think" ? thoughts : "";
}

/** The last message: who wrote it, its text, and which of the shows it asks for. */
function readQuestion({ messages }: Prompt): { from: string; question: string; topic: string | undefined } {
	// Instructions may follow the question.
	const blocks = messages.at(-1)?.content.map(({ text }) => text) ?? [];
	const last = blocks.map(readEnvelope).findLast((read) => read !== undefined);
	const { from, text } = last ?? { from: "", text: blocks.at(-1) ?? "" };
	const question = withoutClaudeMentions(text).trim();
	return { from, question, topic: /\b(help|code|list|table|think)\b/i.exec(question)?.[1]?.toLowerCase() };
}

/** In Markdown. The demo model introduces itself once, and then shows what it is asked for. */
function wholeAnswer(prompt: Prompt): string {
	const { from, question, topic } = readQuestion(prompt);
	if (topic) return `${inName(shows[topic] ?? "").replace("CONSOLE", apiConsole)}\n\n${inName(reminder)}`;
	const name = asText(from);
	return prompt.messages.some(({ role }) => role === "assistant") ? laterAnswer(name, question) : introduction(name, question);
}

const introduction = (name: string, question: string) => `**Hello${name && ` ${name}`}!** ${inName("I am not Claude.")} I am a small demo \
model inside this Worker, so that you can try everything here without an account or a key.

> You wrote: “${excerpt(question)}”

${inName("I cannot answer that, but Claude can:")}

1. Put your API key into the file \`.dev.vars\`:

\`\`\`sh
ANTHROPIC_API_KEY="your key"
\`\`\`

2. Restart \`npm run dev\`.

Until then I can show you what answers look like. Write **help**, **code**, **list**, **table** or **think**, or invite somebody: everybody here sees \
these words arrive as you do.`;

const laterAnswer = (name: string, question: string) => `You wrote${name && `, ${name}`}: “${excerpt(question)}”

I am only a demo model and cannot answer that. Here is what I can show you:

- **help**: how to set an API key
- **code**: a piece of a program
- **list**: steps with details
- **table**: rows and columns
- **think**: ${inName("what it looks like when Claude thinks first")}

${inName(reminder)}`;

const reminder = "*I am a demo model, not Claude. To let Claude answer, set `ANTHROPIC_API_KEY` in `.dev.vars` and restart.*";

/** Anthropic's own names stay in any case. */
const apiConsole = "[Claude Console](https://platform.claude.com/)";

const shows: Record<string, string> = {
	help: `## How to let Claude answer

1. Create an API key in the CONSOLE.
2. Put \`ANTHROPIC_API_KEY="your key"\` into the file \`.dev.vars\`, beside \`wrangler.toml\`.
3. Restart \`npm run dev\`.

For a deployment, store the key as a secret:

\`\`\`sh
npx wrangler secret put ANTHROPIC_API_KEY
\`\`\`

Your own server works as well if it speaks the same API: set \`ANTHROPIC_BASE_URL\` to its address.`,
	code: `Here is a function that counts how often each word occurs, with \`Map\`:

\`\`\`ts
function countWords(text: string): Map<string, number> {
	const counts = new Map<string, number>();
	for (const word of text.toLowerCase().match(/\\p{L}+/gu) ?? []) {
		counts.set(word, (counts.get(word) ?? 0) + 1);
	}
	return counts;
}

console.log(countWords("To be, or not to be"));
\`\`\`

It prints \`Map(4) { "to" => 2, "be" => 2, "or" => 1, "not" => 1 }\`.`,
	list: `A good conversation, step by step:

1. **Begin.** Say what it is about.
   - One question at a time is easiest to answer.
   - A link or an example says more than a description.
2. **Invite** the people you need.
3. **Listen.** Everybody reads the same words at the same time.
4. **Stop** an answer when it has said enough. Its text stays.`,
	table: `How the words reach you:

| Step | Where | How long |
|:--|:--|--:|
| You send | your browser | 0 ms |
| It is stored | the conversation's object | a few ms |
| An answer begins | this demo model | a few ms |
| A word arrives | everybody's browser | every ${pace} ms |

The times are *typical* for one machine.`,
	think: `Claude thinks before it answers a hard question. Everybody here can open its thinking above these words; it is Claude's own summary.

The thinking is stored with the answer and deleted with it.`,
};

const thoughts = `**Understanding the question**

Somebody asks me to think. I am a few lines of code and cannot, but I can show what it looks like: the thinking comes first, word by \
word, and stays folded so that it is in nobody's way.

**Planning the answer**

A short one: where to find the thinking and what happens to it. Nobody should have to wait long for a demo model.`;

/** The beginning of a text on one line. */
function excerpt(text: string): string {
	const line = text.replace(/\s+/g, " ");
	const characters = [...line];
	return asText(characters.length > 80 ? `${characters.slice(0, 79).join("")}…` : line);
}

/** Escapes a text so that Markdown shows it as it is, within a line. */
function asText(text: string): string {
	return text.replace(/[\\`*_[\]<>~|&]/g, "\\$&");
}

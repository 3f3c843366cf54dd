// The stand-in that answers while no key is set: a `fetch` that speaks the Messages API's streaming format, at a model's pace.
// Uses no network and keeps nothing. It knows a prompt's shape, and nothing of conversations or sockets.

import { withoutClaudeMentions } from "../protocol/claude-mention.ts";
import { brokenOff, type Prompt, readEnvelope } from "./prompt.ts";

/** Milliseconds between two words: about 50 a second, as a quick model writes. */
const pace = 20;

/** Takes the Messages API's request, which must ask for a stream; the same request has the same answer. */
export async function demoFetch(_input: string | URL | Request, init?: RequestInit): Promise<Response> {
	const prompt: Prompt = JSON.parse(String(init?.body));
	return new Response(paced(eventsOf(prompt, thoughtOn(prompt), restOfAnswer(prompt)), init?.signal ?? undefined), {
		headers: { "content-type": "text/event-stream" },
	});
}

type Event = { type: string; [field: string]: unknown };

/** Server-sent events, each made when it is read and not before; an abort ends it at once, in mid-word too. */
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

function* eventsOf(prompt: Prompt, thought: string, answer: string): Generator<Event, undefined> {
	const words = wordsOf(answer);
	const read = prompt.messages.flatMap(({ content }) => content.map(({ text }) => text)).join(" ");
	const usage = { input_tokens: read.split(/\s+/).length, output_tokens: 0 };
	const message = { id: "msg_stand_in", type: "message", role: "assistant", model: "stand-in", content: [], stop_reason: null };
	yield { type: "message_start", message: { ...message, stop_sequence: null, usage } };
	if (thought !== "") {
		yield { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } };
		for (const thinking of wordsOf(thought)) yield { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking } };
		yield { type: "content_block_stop", index: 0 };
	}
	const index = thought === "" ? 0 : 1;
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

/** Each with the white space that follows it. */
function wordsOf(text: string): string[] {
	return text.match(/\S+\s*/g) ?? [];
}

/** An answer that broke off goes on where it did. */
function restOfAnswer(prompt: Prompt): string {
	const soFar = brokenOff(prompt);
	if (soFar === undefined) return answerTo(prompt);
	const whole = answerTo({ ...prompt, messages: prompt.messages.slice(0, -2) });
	return whole.startsWith(soFar) ? whole.slice(soFar.length) : whole;
}

/** What it seems to think before it answers: only where one asks to see that. */
function thoughtOn(prompt: Prompt): string {
	return brokenOff(prompt) === undefined && askedIn(prompt).topic === "think" ? thoughts : "";
}

/** Who asks, what they say, and what of it can be shown. */
function askedIn({ messages }: Prompt): { from: string; said: string; topic: string | undefined } {
	const block = messages.at(-1)?.content.at(-1)?.text ?? "";
	const { from, text } = readEnvelope(block) ?? { from: "", text: block };
	const said = withoutClaudeMentions(text).trim();
	return { from, said, topic: /\b(help|code|list|table|think)\b/i.exec(said)?.[1]?.toLowerCase() };
}

/** What the stand-in says, in Markdown: it introduces itself once, and then shows what it is asked for. */
function answerTo(prompt: Prompt): string {
	const { from, said, topic } = askedIn(prompt);
	if (topic) return `${shows[topic]}\n\n${reminder}`;
	const name = asText(from);
	return prompt.messages.some(({ role }) => role === "assistant") ? again(name, said) : introduction(name, said);
}

const introduction = (name: string, said: string) => `**Hello${name && ` ${name}`}!** I am not Claude. I am a small stand-in inside \
this Worker, so that everything here can be tried without an account or a key.

> You wrote: “${excerpt(said)}”

I cannot think about that, but Claude can:

1. Put your API key into the file \`.dev.vars\`:

\`\`\`sh
ANTHROPIC_API_KEY="your key"
\`\`\`

2. Restart \`npm run dev\`.

Until then I can show what answers look like. Write **help**, **code**, **list**, **table** or **think**, or invite somebody: everybody here sees \
these words arrive as you do.`;

const again = (name: string, said: string) => `I read you${name && `, ${name}`}: “${excerpt(said)}”

As the stand-in I have no thoughts of my own on it. What I can show you:

- **help**: how to set a key
- **code**: a piece of a program
- **list**: steps with details
- **table**: rows and columns
- **think**: how it looks when Claude thinks first

${reminder}`;

const reminder = "*I am the stand-in, not Claude: set `ANTHROPIC_API_KEY` in `.dev.vars` and restart, and Claude answers here.*";

const shows: Record<string, string> = {
	help: `## How to let Claude answer

1. Make an API key in the [Claude Console](https://platform.claude.com/).
2. Put \`ANTHROPIC_API_KEY="your key"\` into the file \`.dev.vars\`, beside \`wrangler.toml\`.
3. Restart \`npm run dev\`.

For a deployment, keep the key as a secret:

\`\`\`sh
npx wrangler secret put ANTHROPIC_API_KEY
\`\`\`

A server of your own that speaks the same API works as well: set \`ANTHROPIC_BASE_URL\` to its address.`,
	code: `Here is a function that counts how often each word is said, with \`Map\`:

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
2. **Invite** whoever should be here.
3. **Listen.** Everybody reads the same words at the same time.
4. **Stop** an answer when it has said enough; what is there stays.`,
	table: `How the words get to you:

| Step | Where | How long |
|:--|:--|--:|
| You send | your browser | 0 ms |
| It is stored | the conversation's object | a few ms |
| An answer begins | this stand-in | a few ms |
| A word arrives | everybody's browser | every ${pace} ms |

The times are *typical* ones on one machine.`,
	think: `Claude thinks before it answers what is hard, and everybody here can unfold what it thought: above these words, in its own summary.

What it thought is kept with the answer, and goes with it when that is deleted.`,
};

const thoughts = `**Understanding the question**

Somebody asks me to think. I cannot, I am a few lines of a program, but I can show how it looks: what Claude thinks comes first, word by \
word, and folded, so that it is in nobody's way.

**Planning the answer**

A short one: where the thinking is found, and what becomes of it. Nobody should have to wait long for a stand-in.`;

/** What somebody wrote, as a few words on one line. */
function excerpt(text: string): string {
	const line = text.replace(/\s+/g, " ");
	const characters = [...line];
	return asText(characters.length > 80 ? `${characters.slice(0, 79).join("")}…` : line);
}

/** Text that Markdown shows as it is, within a line. */
function asText(text: string): string {
	return text.replace(/[\\`*_[\]<>~|&]/g, "\\$&");
}

// Payments that nothing goes on with: their object died, or there was no room to store their end.

import { usdOf } from "../../../money/cost.ts";
import type { Message } from "../../../protocol/message.ts";
import { isAnswer, type Paid, type Payment } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import type { Used } from "./charged.ts";

/** `begun`: the ids of those that began in this life of the object. Questions of the log that wait for their purses are taken up again. */
export function isLeft(store: Store, payment: Payment, begun: ReadonlySet<string>): boolean {
	const isOfNow = begun.has(payment.id);
	if (payment.type === "paid") return isAnswer(payment.kind) ? answerOf(store, payment)?.status !== "streaming" : !isOfNow;
	const [asker] = payment.payers;
	if (payment.kind === "aside" && asker && payment.reply)
		return !isOfNow || store.asides.find(asker.userId, payment.reply.id)?.status !== "streaming";
	return payment.kind !== "reply" && !isOfNow;
}

/** What an answer has used; of everything else nobody knows how far it came, and all that was reserved is charged. */
export function usedBy(store: Store, paid: Paid): Used {
	const answer = isAnswer(paid.kind) ? answerOf(store, paid) : undefined;
	return answer?.usage || answer?.cost ? answer : { cost: { usd: usdOf(paid.microUsd), about: true } };
}

function answerOf({ asides, log }: Store, { kind, messageId, payer }: Paid): Pick<Message, "status" | "usage" | "cost"> | undefined {
	return kind === "aside" ? asides.find(payer.userId, messageId) : log.message(messageId);
}

// How Arabic counts, and how it keeps names and Latin words apart from the sentence around them.

import { deviceLanguages, formatsOf } from "./formats.ts";

/** European digits, as beside code and in addresses, and the Gregorian calendar, whatever the region has. */
export const extension = "-u-ca-gregory-nu-latn";

export const formats = formatsOf("ar", deviceLanguages(), extension);

/**
 * In isolates of Unicode: the direction of what is inside does not change that of the sentence, so that the punctuation beside it stays in
 * place.
 */
export function apart(text: string): string {
	return `\u2068${text}\u2069`;
}

/** By its first letter. */
export function isArabic(text: string): boolean {
	return /^\P{L}*\p{Script=Arabic}/u.test(text);
}

export const claude = apart("@claude");

type Forms = Parameters<typeof formats.form>[1];

/** `#` stands for the number: one and two of something are said without it. */
export function counted(count: number, forms: Forms): string {
	return formats.form(count, forms).replace("#", () => formats.number(count));
}

/** Each with the noun as it is the subject; with `of` as it follows a preposition. */
export const nouns = {
	messages: { one: "رسالة واحدة", two: "رسالتان", few: "# رسائل", other: "# رسالة" },
	unread: {
		one: "رسالة واحدة غير مقروءة",
		two: "رسالتان غير مقروءتين",
		few: "# رسائل غير مقروءة",
		other: "# رسالة غير مقروءة",
	},
	unsent: { one: "رسالة واحدة غير مرسلة", two: "رسالتان غير مرسلتين", few: "# رسائل غير مرسلة", other: "# رسالة غير مرسلة" },
	ofUnsent: { one: "رسالة واحدة غير مرسلة", two: "رسالتين غير مرسلتين", few: "# رسائل غير مرسلة", other: "# رسالة غير مرسلة" },
	fresh: { one: "رسالة جديدة", two: "رسالتان جديدتان", few: "# رسائل جديدة", other: "# رسالة جديدة" },
	conversations: { one: "محادثة واحدة", two: "محادثتان", few: "# محادثات", other: "# محادثة" },
	ofConversations: { one: "محادثة واحدة", two: "محادثتين", few: "# محادثات", other: "# محادثة" },
	reactions: { one: "تفاعل واحد", two: "تفاعلان", few: "# تفاعلات", many: "# تفاعلًا", other: "# تفاعل" },
	results: { one: "نتيجة واحدة", two: "نتيجتان", few: "# نتائج", other: "# نتيجة" },
	others: { one: "شخص آخر", two: "شخصان آخران", few: "# آخرون", many: "# شخصًا آخر", other: "# شخص آخر" },
	people: { one: "شخص واحد", two: "شخصان", few: "# أشخاص", many: "# شخصًا", other: "# شخص" },
	files: { one: "ملف واحد", two: "ملفان", few: "# ملفات", many: "# ملفًا", other: "# ملف" },
	ofFiles: { one: "ملف واحد", two: "ملفين", few: "# ملفات", many: "# ملفًا", other: "# ملف" },
	photos: { one: "صورة واحدة", two: "صورتان", few: "# صور", other: "# صورة" },
	privateQuestions: { one: "سؤال خاص واحد", two: "سؤالان خاصان", few: "# أسئلة خاصة", many: "# سؤالًا خاصًا", other: "# سؤال خاص" },
	questions: { one: "سؤال واحد", two: "سؤالان", few: "# أسئلة", many: "# سؤالًا", other: "# سؤال" },
	ofCharacters: { one: "حرف واحد", two: "حرفين", few: "# أحرف", many: "# حرفًا", other: "# حرف" },
	tokens: { one: "رمز واحد", two: "رمزان", few: "# رموز", many: "# رمزًا", other: "# رمز" },
	replies: { one: "رد واحد", two: "ردان", few: "# ردود", many: "# ردًا", other: "# رد" },
	members: { one: "عضو واحد", two: "عضوان", few: "# أعضاء", many: "# عضوًا", other: "# عضو" },
	ofOtherDevices: { one: "جهاز آخر", two: "جهازين آخرين", few: "# أجهزة أخرى", many: "# جهازًا آخر", other: "# جهاز آخر" },
	calls: {
		one: "استدعاء واحد لأداة",
		two: "استدعاءان لأدوات",
		few: "# استدعاءات لأدوات",
		many: "# استدعاءً لأدوات",
		other: "# استدعاء لأدوات",
	},
	tools: { one: "أداة واحدة", two: "أداتان", few: "# أدوات", other: "# أداة" },
	lookups: { one: "عملية بحث واحدة", two: "عمليتا بحث", few: "# عمليات بحث", other: "# عملية بحث" },
	sources: { one: "مصدر واحد", two: "مصدران", few: "# مصادر", many: "# مصدرًا", other: "# مصدر" },
	ofDays: { one: "يوم واحد", two: "يومين", few: "# أيام", many: "# يومًا", other: "# يوم" },
} satisfies Record<string, Forms>;

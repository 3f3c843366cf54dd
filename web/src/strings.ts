// What people read here, but for the server's own sentences, which come with what was refused.

import { en, formats } from "./languages/en.ts";

export const strings = en;
export const formatWhen = formats.when;
export const formatTime = formats.time;
export const formatDay = formats.day;
export const formatDayAndTime = formats.dayAndTime;

/** Japanese. */

import type { Texts } from "./texts";

export const ja: Texts = {
  locale: "ja",
  documentTitle: (title) => `${title} のラベル付け`,
  themeToDark: "暗い配色にする",
  themeToLight: "明るい配色にする",

  name: {
    title: "お名前を教えてください",
    lead: "回答はこの名前で、ほかの人とは別に保存されます。",
    field: "名前",
    start: "始める",
    bad: "文字か数字で始め、続けて文字、数字、空白、ピリオド、ハイフンを使い、40 字以内にしてください。",
    change: (name) => `${name} さん。名前を変える`,
  },

  progress: (done, open) => `完了 ${done}、残り ${open}`,
  modelLooks: (seen, all) => `モデルが見終えたのは ${all} 枚中 ${seen} 枚です。`,
  answers: "回答",
  flags: "画像の中に",
  filed: "登録済み",
  isDone: "完了",
  hint: "モデルの答えは？",
  modelSays: (anime, cartoon) => `モデル: アニメ ${anime}、カートゥーン ${cartoon}`,
  modelSaysNothing: "モデルはまだこの画像を見ていません。",
  noPicture: "この画像は表示できません。",

  back: "戻る",
  skip: "飛ばす",
  done: "完了",
  shortcuts: "キーボード操作",

  kept: "保存済み",
  keeping: "保存中…",
  waiting: (count) => `サーバーが応答しないため、回答 ${count} 件をこの端末に保管しています`,
  refused: (reason) => `サーバーが回答を受け付けませんでした: ${reason}`,
  noServer: "サーバーが応答しません。再試行しています…",
  noKey: "このアドレスにはキーがありません。`animeter data label` が表示したリンク全体を開いてください。",

  end: {
    title: "ラベル付けする画像はもうありません",
    lead: (done) => `${done} 枚が完了しました。ありがとうございます！`,
    skipped: (count) => `${count} 枚を飛ばしました。`,
    again: "もう一度見る",
    more: "新しい画像を探す",
  },

  agreement: {
    title: "一致度",
    lead: "コーエンのカッパ係数: 1 は完全な一致、0 は当て推量と同じです。",
    nobody: "同じ画像を見た人がまだ二人いません。",
    mark: "質問",
    people: "回答者",
    same: "同じ回答",
    sameOf: (same, of) => `${of} 枚中 ${same} 枚`,
    kappa: "カッパ",
    done: (who, done) => `${who}: ${done} 枚完了`,
    close: "閉じる",
  },

  marks: {
    style: "画風",
    type: "キャラクター",
    has_text: "文字がある",
    has_logo: "ロゴがある",
    empty: "何もない",
  },
  values: {
    anime: "アニメ",
    cartoon: "カートゥーン",
    neither: "どちらでもない",
    borderline: "境界",
    male: "男性",
    female: "女性",
    nonhuman: "人間以外",
    mixed: "複数の種類",
    none: "いない",
    yes: "はい",
    no: "いいえ",
  },
};

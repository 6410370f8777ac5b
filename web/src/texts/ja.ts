/** The page in Japanese. */

import type { Texts } from "./texts";

export const ja: Texts = {
  locale: "ja",
  languageName: "日本語",

  documentTitle: "Animeter：アニメ？ それともカートゥーン？",
  skipToContent: "本文へ移動",
  language: "言語",
  themeToDark: "暗い配色にする",
  themeToLight: "明るい配色にする",

  views: { pictures: "画像", camera: "カメラ", teach: "教える" },

  pictures: {
    title: "アニメ？ カートゥーン？",
    lead: "どちらに似ているか、その理由まで。",
    choose: "画像を選ぶ",
    hint: "ドロップや貼り付けもできます。何枚でもどうぞ。",
    drop: "ここで離すと調べます",
    samples: "サンプルで試す",
    sampleNames: {
      anime: "風の中の少女",
      cartoon: "家にいる犬",
      both: "一枚に二人",
      landscape: "山の湖",
    },
    sampleOpen: (name) => `サンプル：${name}`,
    ofSample: (name) => `サンプル画像：${name}`,
    ofPicture: (name) => `あなたの画像 ${name}`,
    pasted: "貼り付けた画像",
    fromCamera: "カメラの画像",
  },

  loading: {
    model: "準備中",
    percent: (percent) => `モデルを読み込み中：${percent}`,
    reading: "見ています…",
    failed: "Animeterを開始できませんでした",
    again: "もう一度試す",
  },

  likeness: {
    anime: "アニメ",
    cartoon: "カートゥーン",
    helpTitle: "パーセントの意味は？",
    help:
      "人がその画像をそう呼ぶ確からしさです。80 % と出た画像なら、10枚のうち約8枚がそうです。" +
      "二つを足しても100 % にはなりません。両方に似ることも、どちらにも似ないこともあります。",
    lessThan: (percent) => `${percent} 未満`,
    moreThan: (percent) => `${percent} 超`,
  },
  verdict: {
    anime: "アニメのようです",
    cartoon: "カートゥーンのようです",
    both: "両方に似ています",
    neither: "どちらでもないようです",
    unsure: "はっきりしません",
  },
  verdictWord: {
    anime: "アニメ",
    cartoon: "カートゥーン",
    both: "両方",
    neither: "どちらでもない",
    unsure: "不明",
  },
  verdictMeaning: {
    anime: "日本のアニメによくある描き方です。",
    cartoon: "欧米のカートゥーンによくある描き方です。",
    both: "両方が写っているか、両方の描き方を持っています。",
    neither: "写真やロゴなど、別の種類の画像かもしれません。",
    unsure: "手がかりが弱いか、混ざっています。",
  },

  why: {
    title: "理由",
    off: "画像",
    anime: "アニメらしさ",
    cartoon: "カートゥーンらしさ",
    legendAnime: "ピンクの部分がアニメらしく見せています。",
    legendCartoon: "金色の部分がカートゥーンらしく見せています。",
    legendNothing: "特にそう見せる部分はありません。",
    unavailable: "この画像では表示できません。",
  },

  model: {
    line: (label, date) => `モデル ${label}（${date} 作成）`,
    here: (detail) =>
      `この端末で動作中（${detail.replace(/(\d+) threads?/, "スレッド$1")}）`,
    there: "サーバーで動作中",
    privateHere: "画像がこの端末から出ることはありません。",
    privateThere:
      "このブラウザではモデルを動かせないため、画像はこのページのサーバーに送られます。",
  },

  gallery: {
    title: (count) => `画像 ${count} 枚`,
    progress: (done, count) => `${count} 枚中 ${done} 枚`,
    sort: "並べ替え",
    byAnime: "アニメらしい順",
    byCartoon: "カートゥーンらしい順",
    byOrder: "追加した順",
    csv: "CSVで保存",
    json: "JSONで保存",
    clear: "すべて消す",
    remove: (name) => `${name} を外す`,
    waiting: "待機中",
    failed: "読めません",
    announce: (name, verdict, anime, cartoon) =>
      `${name}：${verdict}。アニメ ${anime}、カートゥーン ${cartoon}。`,
    announceAll: (count, failed) =>
      failed === 0
        ? `${count} 枚終わりました。`
        : `${count} 枚終わりました。${failed} 枚は読めませんでした。`,
    announceRemoved: (name) => `${name} を外しました。`,
    announceCleared: "すべての画像を外しました。",
  },

  camera: {
    title: "絵にカメラを向けてください",
    lead: "画面でも、ポスターでも、本でも。映ったものにすぐ答えます。",
    start: "カメラを始める",
    starting: "起動中…",
    stop: "止める",
    freeze: "一時停止",
    resume: "再開",
    turn: "切替",
    keep: "残す",
    kept: "画像の一覧に残しました。",
    video: "カメラの映像",
    speed: (perSecond) => `毎秒 ${perSecond} 回`,
  },

  teach: {
    title: "自分のラベルを教える",
    lead: "ラベルごとに画像を何枚か入れてください。このブラウザの中ですぐに覚えます。",
    unavailable: "教えるにはブラウザでモデルを動かす必要がありますが、このブラウザでは動きません。",
    label: (number) => `ラベル ${number}`,
    labelName: "ラベルの名前",
    addLabel: "ラベルを追加",
    removeLabel: (name) => `ラベル「${name}」を外す`,
    addPictures: (name) => `「${name}」に画像を追加`,
    addShot: (name) => `「${name}」にカメラで撮って追加`,
    count: (count) => `${count} 枚`,
    learn: "覚えさせる",
    learning: "学習中…",
    needs: "名前の違うラベルが二つ、画像がそれぞれ二枚以上あれば覚えられます。",
    unreadable: (count) => `${count} 枚は読めませんでした。`,
    take: "撮る",
    done: "完了",
    picturesShort: "画像",
    learnt: (pictures, labels) => `${pictures} 枚から ${labels} 個のラベルを覚えました。`,
    rightOnKept: (right, of) => `取り分けた画像で試すと、${of} 枚中 ${right} 枚が正解でした。`,
    tryTitle: "試す",
    tryPicture: "画像で試す",
    tryHint: "ここにラベルごとのパーセントが出ます。",
    save: "覚えたものを保存",
    open: "保存したものを開く",
    opened: (name) => `${name} を開きました。`,
    nameOfHead: "my-labels",
  },

  errors: {
    empty_file: "このファイルは空です。保存やダウンロードをやり直してください。",
    unsupported_format:
      "このブラウザで開ける画像ではありません。JPEG、PNG、WebPのどれかで保存してください。",
    image_too_large: "この画像は大きすぎます。小さくしてからもう一度試してください。",
    unreadable_image: "この画像は壊れています。別のコピーを試してください。",
    bad_bundle: "モデルのファイルが合っていません。ページを再読み込みしてください。",
    offline: "オフラインのようです。一度つながれば、次からは接続なしで使えます。",
    busy: "サーバーが混み合っています。少し待ってからもう一度試してください。",
    server_error: "サーバーが答えられませんでした。あとでもう一度試してください。",
    unsupported_browser: "このブラウザではモデルを動かせません。新しいブラウザで試してください。",
    disposed: "中断されました。もう一度試してください。",
    camera_refused:
      "このページではカメラが許可されていません。ブラウザの設定で許可してください。",
    camera_missing: "この端末にカメラが見つかりません。",
    camera_busy: "ほかのプログラムがカメラを使っています。閉じてからもう一度試してください。",
    camera_insecure: "カメラを使うには https で始まるアドレスが必要です。",
    head_file_bad: "Animeterが覚えたラベルのファイルではありません。",
    head_other_model: "別のモデルで覚えたラベルなので、このモデルでは使えません。",
    unknown: "うまくいきませんでした。もう一度試してください。",
  },
};

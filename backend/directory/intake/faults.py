"""What can be wrong with a sheet or a row of it: code → (中文, English)."""

FAULTS: dict[str, tuple[str, str]] = {
    "empty": ("表中没有内容", "the sheet is empty"),
    "too-large": ("文件过大（最大 20 MB，解压后 200 MB）", "the file is too large (20 MB, 200 MB unpacked)"),
    "too-many-rows": ("行数过多（最多 50000 行）", "too many rows (at most 50,000)"),
    "too-many-columns": ("列数过多（最多 100 列）", "too many columns (at most 100)"),
    "cell-too-long": ("单元格内容过长（最多 2000 字）", "a cell is too long (at most 2,000 characters)"),
    "encoding": ("无法识别文字编码（请用 UTF-8 或 GB 18030）", "unknown text encoding (use UTF-8 or GB 18030)"),
    "not-a-sheet": ("不是可读取的 CSV 或 .xlsx 文件", "not a CSV or .xlsx file that can be read"),
    "old-excel": ("旧版 .xls 文件：请另存为 .xlsx", "an old .xls file: save it as .xlsx"),
    "password": ("文件有密码保护", "the file is protected by a password"),
    "column-twice": ("同一列出现两次", "this column is there twice"),
    "column-missing": ("缺少必需的列", "this column is missing"),
    "column-unknown": ("未识别的列，已忽略", "nobody knows this column; it is left out"),
    "required": ("必须填写", "must be given"),
    "too-long": ("内容过长", "too long"),
    "unprintable": ("含有不可见字符", "holds characters that cannot be printed"),
    "not-a-number": ("不是数字", "not a number"),
    "out-of-range": ("超出经纬度范围", "not a position on the earth"),
    "swapped": ("经度与纬度可能颠倒", "longitude and latitude seem to be swapped"),
    "datum-missing": ("未声明坐标系（wgs84、gcj02 或 bd09）", "the datum is not declared (wgs84, gcj02 or bd09)"),
    "unknown-datum": ("未知的坐标系（应为 wgs84、gcj02 或 bd09）", "unknown datum (must be wgs84, gcj02 or bd09)"),
    "outside": ("位置在本区范围之外", "the position is outside the district"),
    "category-unknown": ("没有这个服务类别", "there is no such category"),
    "community-unknown": ("没有这个社区", "there is no such community"),
    "phone-unreadable": ("电话号码格式不正确", "this is no phone number"),
    "hours-unreadable": ("看不懂的营业时间", "these opening hours are not understood"),
    "url-unreadable": ("网址须以 http:// 或 https:// 开头", "a web address begins with http:// or https://"),
    "accessibility-unknown": ("无障碍应为 是、部分 或 否", "must be yes, limited or no"),
    "twice": ("与表中前面的一行重复", "the same as an earlier row of this sheet"),
    "alike": ("50 米内已有同名服务", "a service of the same name is within 50 m"),
}


def text(code: str, language: str) -> str:
    """What is wrong, in `zh…` or English."""
    chinese, english = FAULTS[code]
    return chinese if language.startswith("zh") else english

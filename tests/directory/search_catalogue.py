"""An invented quarter of some 400 services to search in, the same each time, and who is right about a search: its own facts.

No shop, street or area here exists. What a query should find is said by rule over these facts (`brand:青篮子`,
`category:pharmacy`, `area:东村`, `street:云杉路`), never by what the engine answers.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from backend.core import geo
from backend.directory import finding
from backend.directory.circle import Start, Wish
from backend.directory.listing import Filters
from backend.directory.places import Place

QUERIES = Path(__file__).parents[1] / "data" / "search_queries.csv"
ZONE = 50
CORNER = geo.utm(116.4600, 39.9070, ZONE)
AREAS = (
    ("东村", "Dongcun"),
    ("柳岸", "Liu'an"),
    ("青禾里", "Qingheli"),
    ("白桥", "Baiqiao"),
    ("绿野", "Lüye"),
    ("星湾", "Xingwan"),
)
STREETS = (
    ("云杉路", "Yunshan Road"),
    ("石磨胡同", "Shimo Hutong"),
    ("女儿河街", "Nü'erhe Street"),
    ("长桥巷", "Changqiao Lane"),
)

# category: the word after the brand in both languages, then brands as (zh, en); without brands the area is the name
KINDS: dict[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    "vegetables": ("鲜蔬", "Greens", (("青篮子", "Green Basket"), ("田叔叔", "Uncle Tian"))),
    "market": ("菜市场", "Food Market", (("聚丰", "Jufeng"), ("满仓", "Mancang"))),
    "convenience": ("便利", "Express", (("小蜂", "Little Bee"), ("七棵树", "Seven Trees"))),
    "supermarket": ("超市", "Supermarket", (("惠乐多", "Huileduo"), ("福满园", "Fumanyuan"))),
    "breakfast": ("早餐", "Breakfast", (("晨光里", "Morning Lane"), ("老石磨", "Old Millstone"))),
    "housekeeping": ("家政", "Home Help", (("净帮手", "Clean Hands"), ("阿姨来", "Auntie Comes"))),
    "hair-beauty": ("美发", "Hair", (("云鬓", "Cloud Curl"), ("剪影", "Silhouette"))),
    "parcel": ("快递站", "Parcels", (("飞燕", "Swallow"), ("速达鸽", "Quick Pigeon"))),
    "repair": ("维修", "Repairs", (("巧手匠", "Deft Hand"), ("修百样", "Hundred Fixes"))),
    "laundry": ("洗衣", "Laundry", (("雪白", "Snow White"), ("泡泡屋", "Bubble House"))),
    "photo-print": ("图文", "Print Shop", (("光影阁", "Light House"), ("快印熊", "Print Bear"))),
    "pharmacy": ("药房", "Pharmacy", (("禾康堂", "Hekang"), ("百草亭", "Baicao Pavilion"))),
    "recycling": ("回收站", "Recycling", (("绿循环", "Green Loop"), ("拾光", "Shiguang"))),
    "elder-care": ("养老驿站", "Elder House", (("长青", "Evergreen"), ("暖阳", "Warm Sun"))),
    "nursery": ("托育", "Nursery", (("小脚丫", "Little Feet"), ("棉花糖", "Cotton Candy"))),
    "gym": ("健身", "Fitness", (("动力站", "Power Station"), ("大步", "Big Step"))),
    "cafe": ("咖啡", "Coffee", (("半日闲", "Half Day Off"), ("灰猫", "Grey Cat"))),
    "pets": ("宠物", "Pets", (("毛球", "Furball"), ("汪小喵", "Woof and Meow"))),
    "restaurant": ("饭庄", "Kitchen", (("老灶台", "Old Stove"), ("椒麻记", "Pepper House"))),
    "bakery": ("面包坊", "Bakery", (("麦穗", "Wheat Ear"), ("烤箱先生", "Mister Oven"))),
    "bookshop": ("书屋", "Books", (("纸上", "On Paper"), ("蠹鱼", "Silverfish"))),
    "training": ("培训", "Courses", (("知行", "Zhixing"), ("小黑板", "Blackboard"))),
    "travel": ("客栈", "Inn", (("云来", "Cloud Come"), ("驿马", "Post Horse"))),
    "wellness": ("推拿", "Massage", (("松骨堂", "Loose Bones"), ("足下", "Under Foot"))),
    "flowers-gifts": ("花坊", "Flowers", (("朵朵", "Duoduo"), ("花间", "Among Flowers"))),
    "community-office": ("居民委员会", "Residents' Committee", ()),
    "health": ("卫生站", "Health Station", (("和安", "He'an"),)),
    "dentist": ("口腔", "Dental", (("皓齿", "Bright Teeth"),)),
    "school": ("小学", "Primary School", ()),
    "kindergarten": ("幼儿园", "Kindergarten", (("小苗", "Little Sprout"),)),
    "culture": ("文化站", "Culture House", ()),
    "park": ("公园", "Park", ()),
    "police": ("派出所", "Police Station", ()),
    "bank": ("银行", "Bank", (("禾丰", "Hefeng"),)),
    "transport": ("公交站", "Bus Stop", ()),
    "toilets": ("", "", ()),
    "bench": ("", "", ()),
    "parking": ("停车场", "Car Park", ()),
    "charging": ("充电站", "Charging", (("电小驴", "Volt Donkey"),)),
    "optician": ("眼镜", "Optics", (("明瞳", "Clear Eye"),)),
    "vehicle": ("汽修", "Garage", (("快轮", "Fast Wheel"),)),
    "leisure": ("歌厅", "Karaoke", (("欢唱", "Happy Song"),)),
    "clothes": ("服饰", "Clothes", (("锦衣阁", "Brocade House"),)),
    "home-goods": ("五金", "Hardware", (("铁榔头", "Iron Hammer"),)),
    "electronics": ("通讯", "Phones", (("电猫", "Electric Cat"),)),
}  # fmt: skip
EACH = 9


@dataclass(frozen=True)
class Fact:
    """One invented service and what is true of it."""

    place: Place
    brand: str
    area: str
    street: str

    def is_wanted(self, rule: str) -> bool:
        """Does every part of the rule hold? Alternatives stand between `|`."""
        known = {"category": self.place.category, "brand": self.brand, "area": self.area, "street": self.street}
        return all(
            known[name] in values.split("|") for name, _, values in (part.partition(":") for part in rule.split())
        )


def facts(corner: tuple[float, float] = CORNER) -> list[Fact]:
    """The quarter, within 700 m of its corner (metres of UTM zone 50)."""
    rng = random.Random(20260104)
    made = []
    for kind, (category, (word, word_en, brands)) in enumerate(KINDS.items()):
        for number in range(EACH):
            brand, brand_en = brands[number % len(brands)] if brands else ("", "")
            area, area_en = AREAS[(number // 2 + kind) % len(AREAS)]
            street, street_en = rng.choice(STREETS)
            name = f"{brand}{word}（{area}店）" if brand else f"{area}{word}" if word else ""
            name_en = f"{brand_en or area_en} {word_en}" if word else ""
            lon, lat = geo.from_utm(corner[0] + rng.uniform(-480, 480), corner[1] + rng.uniform(-480, 480), ZONE)
            house = rng.randint(1, 99)
            place = Place(
                external_id=f"{category}-{number}", category=category, lon=lon, lat=lat, name=name, name_en=name_en,
                address=f"{area}{street}{house}号", address_en=f"{house} {street_en}, {area_en}",
            )  # fmt: skip
            made.append(Fact(place, brand, area, street))
    return made


@dataclass(frozen=True)
class Labelled:
    """A query of the table: how it is typed, of which sort, and the rule for what it should find."""

    text: str
    sort: str
    wanted: str


def queries() -> list[Labelled]:
    with QUERIES.open(encoding="utf-8", newline="") as file:
        return [Labelled(row["query"], row["sort"], row["wanted"]) for row in csv.DictReader(file)]


def measured(of: list[Fact], corner: tuple[float, float] = CORNER) -> list[tuple[Labelled, float]]:
    """Each query with its recall@10, asked from the corner with a walk of 30 minutes (the quarter is kept already)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE directory_serviceatlocation, directory_service, directory_location, directory_searchword"
        )
    start = Start(*geo.from_utm(*corner, ZONE))
    told = []
    for query in queries():
        wanted = {(fact.place.lon, fact.place.lat) for fact in of if fact.is_wanted(query.wanted)}
        found = finding.find(start, Wish(minutes=30, filters=Filters(q=query.text), limit=10)).items
        places = [(one.listed.lon, one.listed.lat) for one in found]
        told.append((query, len(wanted.intersection(places)) / min(10, len(wanted))))
    return told
